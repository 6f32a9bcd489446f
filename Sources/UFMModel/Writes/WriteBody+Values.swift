extension WriteBody {
    static let rates: [Double] = [
        2.5, 10, 30, 5, 20, 40, 60, 80, 120, 14, 56, 112, 168, 25, 100, 200, 300,
    ]

    static func writablePKey(_ value: JSONValue) throws(Refusal) -> UInt16 {
        guard case .string(let text) = value else { throw mistyped("pkey", "string") }
        return try writablePKey(text)
    }

    /// The pkey of a path or body that is about to be written.
    static func writablePKey(_ text: String) throws(Refusal) -> UInt16 {
        guard let key = Spelling.readPKey(text), Spelling.writablePKeys.contains(key) else {
            throw .badRequest("pkey '\(text)' must be a hexadecimal string between '0x0' and '0x7fff', exclusive")
        }
        return key
    }

    static func guids(_ value: JSONValue) throws(Refusal) -> [UInt64] {
        guard case .array(let values) = value else { throw mistyped("guids", "array") }
        var guids: [UInt64] = []
        guids.reserveCapacity(values.count)
        for value in values {
            guard case .string(let text) = value else { throw mistyped("guids", "array of string") }
            guids.append(try guid(text))
        }
        return guids
    }

    /// The GUID of a path or body.
    static func guid(_ text: some StringProtocol) throws(Refusal) -> UInt64 {
        guard let guid = Spelling.readGUID(text) else {
            throw .badRequest("guid '\(text)' must be 16 to 20 hexadecimal characters and not zero")
        }
        return guid
    }

    static func membership(
        _ value: JSONValue, _ field: Field
    ) throws(Refusal) -> Member.Membership {
        guard case .string(let text) = value else { throw mistyped(field.rawValue, "string") }
        guard let membership = Member.Membership(rawValue: text) else {
            throw unlisted(field, Member.Membership.allCases.map(\.rawValue))
        }
        return membership
    }

    static func flag(_ value: JSONValue, _ field: Field) throws(Refusal) -> Bool {
        guard case .bool(let flag) = value else { throw mistyped(field.rawValue, "boolean") }
        return flag
    }

    static func integer(_ value: JSONValue, _ field: Field, among list: [Int]) throws(Refusal) -> Int {
        guard let number = value.integer else { throw mistyped(field.rawValue, "integer") }
        guard list.contains(number) else { throw unlisted(field, list) }
        return number
    }

    static func mistyped(_ name: String, _ type: String) -> Refusal {
        .badRequest("\(name) is not of type '\(type)'\n\nFailed validating 'type' in schema")
    }

    static func unlisted(_ field: Field, _ values: [some Any]) -> Refusal {
        .badRequest("\(field.rawValue) is not one of \(values)\n\nFailed validating 'enum' in schema")
    }

    static func unexpected(_ name: String) -> Refusal {
        .badRequest(
            """
            Additional properties are not allowed ('\(name)' was unexpected)

            Failed validating 'additionalProperties' in schema
            """)
    }
}
