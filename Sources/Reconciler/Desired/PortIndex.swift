internal import Fabric
internal import KeyHistory
internal import Planning

/// In which partitions each port is wanted, to tell of what its PKey table cannot hold. Pure.
struct PortIndex: Sendable {
    /// A port's PKey table has 128 entries as a rule; the default partition and a spare take two.
    static let largestTable = 126

    private struct Owner {
        let key: KeyName
        let pkey: PKey
    }

    /// What a key asks for a port, in four bytes: a site has millions of ports.
    private struct Place: Hashable {
        private let bits: UInt32

        init(_ owner: Int, index0: Bool) {
            bits = UInt32(truncatingIfNeeded: owner) << 1 | (index0 ? 1 : 0)
        }

        var owner: Int { Int(bits >> 1) }
        var index0: Bool { bits & 1 == 1 }
    }

    /// The keys that want any port, each at the number that stands in its places; nil where a number is free.
    private var owners: [Owner?] = []
    private var numbers: [KeyName: Int] = [:]
    private var free: [Int] = []
    /// Of each port the first key that wants it, and the others, which most ports have not.
    private var places: [GUID: Place] = [:]
    private var others: [GUID: [Place]] = [:]

    mutating func add(_ value: DecodedValue, of key: KeyName, _ pkey: PKey, _ policy: Index0Policy) {
        let members = FlagPolicy(index0: policy).members(hosts: value.hosts, virtualFunctions: value.virtualFunctions)
        guard !members.isEmpty else { return }
        let owner = number(of: Owner(key: key, pkey: pkey))
        for member in members {
            let place = Place(owner, index0: member.index0)
            if let first = places[member.guid], first.owner != owner {
                others[member.guid, default: []].removeAll { $0.owner == owner }
                others[member.guid, default: []].append(place)
            } else {
                places[member.guid] = place
            }
        }
    }

    private mutating func number(of owner: Owner) -> Int {
        let known = numbers[owner.key] ?? free.popLast()
        let number = known ?? owners.count
        if known == nil { owners.append(owner) } else { owners[number] = owner }
        numbers[owner.key] = number
        return number
    }

    mutating func remove(_ value: DecodedValue, of key: KeyName) {
        guard let owner = numbers.removeValue(forKey: key) else { return }
        for guid in value.ports {
            others[guid]?.removeAll { $0.owner == owner }
            if places[guid]?.owner == owner { places[guid] = others[guid]?.popLast() }
            if others[guid]?.isEmpty == true { others[guid] = nil }
        }
        owners[owner] = nil
        free.append(owner)
    }

    /// The keys that want a port, with their PKeys.
    func claims(on guid: GUID) -> [(key: KeyName, pkey: PKey)] {
        wishes(for: guid).map { ($0.owner.key, $0.owner.pkey) }
    }

    private func wishes(for guid: GUID) -> [(owner: Owner, index0: Bool)] {
        guard let first = places[guid] else { return [] }
        return ([first] + (others[guid] ?? [])).compactMap { place in
            owners[place.owner].map { ($0, place.index0) }
        }
    }

    /// What is wrong with a value's ports, in words, beside the partitions that are wanted otherwise.
    func conflicts(of value: DecodedValue, _ pkey: PKey) -> [String] {
        var contested: [GUID] = []
        var rivals: Set<PKey> = []
        var full: [GUID] = []
        for guid in value.ports where others[guid] != nil {
            let all = wishes(for: guid)
            if Set(all.map(\.owner.pkey)).count > Self.largestTable { full.append(guid) }
            guard all.contains(where: { $0.owner.pkey == pkey && $0.index0 }) else { continue }
            let others = all.filter { $0.owner.pkey != pkey && $0.index0 }.map(\.owner.pkey)
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
