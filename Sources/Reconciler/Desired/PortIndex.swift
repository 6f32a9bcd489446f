internal import Fabric
internal import KeyHistory
internal import Planning

/// In which partitions each port is wanted, to tell of what its PKey table cannot hold. Pure.
struct PortIndex: Sendable {
    /// A port's PKey table has 128 entries as a rule; the default partition and a spare take two.
    static let largestTable = 126

    /// What a key wants: the members of a partition.
    struct Wish {
        let key: KeyName
        let pkey: PKey
        let members: Members
    }

    private struct Owner {
        let key: KeyName
        let pkey: PKey
    }

    private typealias Place = FirstPlaces.Place

    /// The keys that want any port, each at the number that stands in its places; nil where a number is free.
    private var owners: [Owner?] = []
    private var numbers: [KeyName: Int] = [:]
    private var free: [Int] = []
    /// Of each port the first key that wants it, and the others, which most ports have not.
    private var firsts = FirstPlaces()
    private var others: [GUID: [Place]] = [:]

    init() {}

    /// Of all these at once, in this order: a list's, of which a large site's has millions of ports.
    ///
    /// - Parameter wishes: of a key that comes again, the first counts.
    init(_ wishes: [Wish]) {
        var all: [FirstPlaces.Slot] = []
        all.reserveCapacity(wishes.reduce(0) { $0 + $1.members.count })
        for wish in wishes where !wish.members.isEmpty && numbers[wish.key] == nil {
            let owner = number(of: Owner(key: wish.key, pkey: wish.pkey))
            for member in wish.members {
                all.append(FirstPlaces.Slot(guid: member.guid, place: Place(owner, index0: member.index0)))
            }
        }
        firsts = FirstPlaces(consume all) { guid, place in others[guid, default: []].append(place) }
    }

    /// - Parameter members: with the flags that the key asks for.
    mutating func add(_ wish: Wish) {
        guard !wish.members.isEmpty else { return }
        let owner = number(of: Owner(key: wish.key, pkey: wish.pkey))
        for member in wish.members {
            let place = Place(owner, index0: member.index0)
            if let first = firsts[member.guid], first.owner != owner {
                others[member.guid, default: []].removeAll { $0.owner == owner }
                others[member.guid, default: []].append(place)
            } else {
                firsts[member.guid] = place
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

    mutating func remove(_ wish: Wish) {
        guard let owner = numbers.removeValue(forKey: wish.key) else { return }
        for guid in wish.members.lazy.map(\.guid) {
            others[guid]?.removeAll { $0.owner == owner }
            if firsts[guid]?.owner == owner { firsts[guid] = others[guid]?.popLast() }
            if others[guid]?.isEmpty == true { others[guid] = nil }
        }
        owners[owner] = nil
        free.append(owner)
    }

    /// The keys that want a port, with their PKeys.
    func claims(on guid: GUID) -> [(key: KeyName, pkey: PKey)] {
        wishes(for: guid).map { ($0.owner.key, $0.owner.pkey) }
    }

    /// - Parameter last: the last number that counts.
    private func wishes(for guid: GUID, upTo last: Int = .max) -> [(owner: Owner, index0: Bool)] {
        guard let first = firsts[guid] else { return [] }
        return ([first] + (others[guid] ?? [])).compactMap { place in
            place.owner <= last ? owners[place.owner].map { ($0, place.index0) } : nil
        }
    }

    /// What is wrong with a key's ports, in words, beside the partitions that are wanted otherwise.
    ///
    /// - Parameter isListed: whether all of one list were put in at once, so that the later of two is to be told of.
    func conflicts(of wish: Wish, isListed: Bool) -> [String] {
        guard !others.isEmpty else { return [] }
        let (pkey, last) = (wish.pkey, isListed ? numbers[wish.key] ?? .max : .max)
        var contested: [GUID] = []
        var rivals: Set<PKey> = []
        var full: [GUID] = []
        for guid in wish.members.lazy.map(\.guid) where others[guid] != nil {
            let all = wishes(for: guid, upTo: last)
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
