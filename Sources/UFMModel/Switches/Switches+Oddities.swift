extension Switches {
    /// PUT of members: carried out, or refused whatever it says. `/add`, POST and DELETE are as ever.
    package enum PutMembers: String, Sendable, CaseIterable {
        case carriedOut, badRequest = "400", forbidden = "403", notFound = "404", wrongMethod = "405",
            serverError = "500", notImplemented = "501"

        /// The status of the refusal; nil where there is none.
        var status: Int? { Int(rawValue) }
    }

    /// DELETE of a pkey: carried out, or a path without such a method, which is a 404 or a 405.
    package enum DeletePkey: String, Sendable, CaseIterable {
        case carriedOut, notFound = "404", wrongMethod = "405"

        /// The status of the refusal; nil where there is none.
        var status: Int? { Int(rawValue) }
    }

    /// The list with `guids_data` or `qos_conf`: an object by pkey; an array of pkeys; an array of objects that each have
    /// a `pkey`; the object inside another one, as `pkeys`; or the object, never with `guids`.
    package enum ListShape: String, Sendable, CaseIterable { case dict, names, objects, wrapped, withoutGuids }

    /// How a reply spells a pkey: `0x2fb`; `0x02fb`; `0x2FB`; `2fb`; or as on the wire, with the bit of a full member.
    package enum PkeyForm: String, Sendable, CaseIterable { case plain, padded, upper, bare, wire }

    /// How a reply spells a GUID: 16 digits; with `0x`; in upper case; or with a colon after every second one.
    package enum GuidForm: String, Sendable, CaseIterable { case plain, prefixed, upper, colons }

    /// What UFM calls a pkey that nobody named: `api_pkey_0x2fb`, or `partition_0x2fb`.
    package enum AutoName: String, Sendable, CaseIterable { case apiPkey, partition }

    /// The slash behind the path of a read of pkeys: optional; a 404 without; a redirect to the path with; a 404 with.
    package enum ReadSlash: String, Sendable, CaseIterable { case optional, required, redirect, refused }
}

extension Switches.PkeyForm {
    /// The pkey in this spelling.
    func spelled(_ value: UInt16) -> String {
        let plain = Spelling.pkey(value)
        let digits = plain.dropFirst(2)
        return switch self {
        case .plain: plain
        case .padded: "0x" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        case .upper: "0x" + digits.uppercased()
        case .bare: String(digits)
        case .wire: Spelling.pkey(value | 0x8000)
        }
    }
}

extension Switches.GuidForm {
    /// The GUID in this spelling.
    func spelled(_ value: UInt64) -> String {
        let plain = Spelling.guid(value)
        switch self {
        case .plain: return plain
        case .prefixed: return "0x" + plain
        case .upper: return plain.uppercased()
        case .colons:
            var digits = plain[...]
            var pairs: [Substring] = []
            while !digits.isEmpty {
                pairs.append(digits.prefix(2))
                digits = digits.dropFirst(2)
            }
            return pairs.joined(separator: ":")
        }
    }
}
