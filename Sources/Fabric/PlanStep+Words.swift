/// What is said of a step: its short name, the line of a dry run, and the daemon's lines before and after it, which are
/// the predecessor's where it logged the same.
extension PlanStep {
    /// The kind of request, as the plan has it in its JSON: `add`, `remove`, `replace`, `delete`, `create`, `set-qos`.
    package var shortName: String {
        switch self {
        case .create(let new):
            switch new.way {
            case .adding: "add"
            case .whole: "replace"
            case .empty: "create"
            }
        case .add: "add"
        case .remove: "remove"
        case .replace: "replace"
        case .setQoS: "set-qos"
        case .delete: "delete"
        }
    }

    /// `PKey 0x2000: add 043f720300f55176, 043f720300f55177`.
    package var inWords: String {
        func list(_ guids: [GUID]) -> String { guids.map(\.description).joined(separator: ", ") }
        func guids(_ members: [Member]) -> String { list(members.map(\.guid)) }
        return switch self {
        case .create(let new):
            switch new.way {
            case .adding: "PKey \(new.pkey): add \(guids(new.members))"
            case .whole: "PKey \(new.pkey): replace all members by \(guids(new.members))"
            case .empty: "PKey \(new.pkey): create"
            }
        case .add(let pkey, let members, _): "PKey \(pkey): add \(guids(members))"
        case .remove(let pkey, let guids): "PKey \(pkey): remove \(list(guids))"
        case .replace(let pkey, let members, _, _): "PKey \(pkey): replace all members by \(guids(members))"
        case .setQoS(let pkey, let qos): "PKey \(pkey): set \(qos.inWords)"
        case .delete(let pkey): "PKey \(pkey): delete"
        }
    }

    /// The lines before it is sent, for a partition that is like this now, and whose key is in a source of this name.
    package func plannedWords(before actual: Partition?, source: String) -> [String] {
        switch self {
        case .create(let new):
            // One that loses all its members is gone by then, and was there.
            let creating = actual == nil ? ["PKey \(new.pkey) doesn't exist, creating it..."] : []
            return creating + ["Configuring PKey \(new.pkey) with \(new.members.count) GUIDs in UFM"]
        case .add(let pkey, let members, _): return ["Configuring PKey \(pkey) with \(members.count) GUIDs in UFM"]
        case .remove(let pkey, let guids): return [Self.removing(guids, from: pkey)]
        case .replace(let pkey, let members, _, _):
            let staying = Set(members.map(\.guid))
            let obsolete = actual?.members.guids.filter { !staying.contains($0) } ?? []
            return [
                Self.removing(obsolete, from: pkey), "Configuring PKey \(pkey) with \(members.count) GUIDs in UFM",
            ]
        case .setQoS(let pkey, let qos): return ["Configuring PKey \(pkey) with \(qos.inWords) in UFM"]
        case .delete(let pkey): return ["Removing PKey \(pkey) from UFM (no longer exists in \(source))"]
        }
    }

    private static func removing(_ guids: [GUID], from pkey: PKey) -> String {
        "PKey \(pkey) removing \(guids.count) obsolete GUIDs: \(guids.inWords)"
    }

    /// The line after UFM has taken it; nil for a deletion, which is told once it has been seen.
    package var doneWords: String? {
        switch self {
        case .create(let new): "Successfully added \(new.members.count) new GUIDs to PKey \(new.pkey)"
        case .add(let pkey, let members, _): "Successfully added \(members.count) new GUIDs to PKey \(pkey)"
        case .remove(let pkey, let guids): "Successfully removed \(guids.count) GUIDs from PKey \(pkey)"
        case .replace(let pkey, let members, _, _): "Successfully set \(members.count) GUIDs of PKey \(pkey)"
        case .setQoS(let pkey, _): "Successfully set the quality of service of PKey \(pkey)"
        case .delete: nil
        }
    }
}

extension QualityOfService {
    /// `MTU 2048, service level 0, rate 2.5 Gb/s`.
    package var inWords: String {
        let mtu = [2: "2048", 4: "4096"][mtuLimit] ?? "code \(mtuLimit)"
        let rate = Int(exactly: rateLimit).map(String.init) ?? "\(rateLimit)"
        return "MTU \(mtu), service level \(serviceLevel), rate \(rate) Gb/s"
    }
}

extension Collection where Element: CustomStringConvertible {
    /// `[0x2000, 0x2001]`; a long list is cut, and its length said.
    package var inWords: String {
        let shown = prefix(20).map(\.description).joined(separator: ", ")
        return count > 20 ? "[\(shown), … \(count) in all]" : "[\(shown)]"
    }
}
