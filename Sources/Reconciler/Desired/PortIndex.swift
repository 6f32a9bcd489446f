internal import Fabric
internal import KeyHistory
internal import Planning

/// In which partitions each port is wanted, to tell of what its PKey table cannot hold. Pure.
struct PortIndex: Sendable {
    /// A port's PKey table has 128 entries as a rule; the default partition and a spare take two.
    static let largestTable = 126

    private struct Place: Hashable {
        let pkey: PKey
        let index0: Bool
    }

    private var places: [GUID: [KeyName: Place]] = [:]

    mutating func add(_ value: DecodedValue, of key: KeyName, _ pkey: PKey, _ policy: Index0Policy) {
        let flags = FlagPolicy(index0: policy)
        for member in flags.members(hosts: value.hosts, virtualFunctions: value.virtualFunctions) {
            places[member.guid, default: [:]][key] = Place(pkey: pkey, index0: member.index0)
        }
    }

    mutating func remove(_ value: DecodedValue, of key: KeyName) {
        for guid in value.hosts.union(value.virtualFunctions) {
            places[guid]?[key] = nil
            if places[guid]?.isEmpty == true { places[guid] = nil }
        }
    }

    /// The keys that want a port, with their PKeys.
    func claims(on guid: GUID) -> [(key: KeyName, pkey: PKey)] { (places[guid] ?? [:]).map { ($0.key, $0.value.pkey) } }

    /// What is wrong with a value's ports, in words, beside the partitions that are wanted otherwise.
    func conflicts(of value: DecodedValue, _ pkey: PKey) -> [String] {
        var contested: [GUID] = []
        var rivals: Set<PKey> = []
        var full: [GUID] = []
        for guid in value.hosts.union(value.virtualFunctions) {
            let all = (places[guid] ?? [:]).values
            if Set(all.map(\.pkey)).count > Self.largestTable { full.append(guid) }
            guard all.contains(where: { $0.pkey == pkey && $0.index0 }) else { continue }
            let others = all.filter { $0.pkey != pkey && $0.index0 }.map(\.pkey)
            guard !others.isEmpty else { continue }
            contested.append(guid)
            rivals.formUnion(others)
        }
        var words: [String] = []
        if !contested.isEmpty {
            words.append(
                "GUIDs \(contested.sorted().inWords) are to have index 0 in PKeys \(rivals.sorted().inWords) as well: "
                    + "each port has one, and the subnet manager chooses")
        }
        if !full.isEmpty {
            words.append(
                "GUIDs \(full.sorted().inWords) are in more than \(Self.largestTable) PKeys, more than ports hold")
        }
        return words
    }
}
