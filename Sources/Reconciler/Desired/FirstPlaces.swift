internal import Fabric

/// The first key that wants each port. Pure.
///
/// What one list brought is an array in order, which is made in one go and looked up by halves: a large site has millions of
/// ports, and a hash table of them takes three times as long and twice the memory. What comes later has a slot in it where
/// the port has one, and is in a small table otherwise, so that a change costs nothing by the size of the site.
struct FirstPlaces: Sendable {
    /// What a key asks for a port, in four bytes.
    struct Place: Hashable {
        private let bits: UInt32

        init(_ owner: Int, index0: Bool) {
            bits = UInt32(truncatingIfNeeded: owner) << 1 | (index0 ? 1 : 0)
        }

        /// The number of the key.
        var owner: Int { Int(bits >> 1) }
        var index0: Bool { bits & 1 == 1 }
    }

    /// A port that a list named; nobody may want it any more.
    struct Slot {
        let guid: GUID
        fileprivate(set) var place: Place?

        init(guid: GUID, place: Place) {
            self.guid = guid
            self.place = place
        }
    }

    /// Ascending, each port once.
    private var listed: [Slot] = []
    private var later: [GUID: Place] = [:]

    init() {}

    /// - Parameters:
    ///   - all: of each key, in ascending order of their numbers; a key has a port once. Taken over: of a large site's they
    ///     are tens of megabytes, at the moment when most is in use.
    ///   - other: is given the others that want a port, in that order.
    init(_ all: consuming [Slot], other: (GUID, Place) -> Void) {
        listed = consume all
        // One port's slots stay in their order by their keys' numbers, whatever the sort does with equal ones.
        listed.sort { left, right in
            left.guid.value != right.guid.value
                ? left.guid.value < right.guid.value : (left.place?.owner ?? 0) < (right.place?.owner ?? 0)
        }
        var kept = 0
        for index in listed.indices.dropFirst() {
            let slot = listed[index]
            if listed[kept].guid == slot.guid {
                if let place = slot.place { other(slot.guid, place) }
                continue
            }
            kept += 1
            listed[kept] = slot
        }
        if kept + 1 < listed.count { listed.removeSubrange((kept + 1)...) }
    }

    subscript(guid: GUID) -> Place? {
        get {
            if let index = index(of: guid) { return listed[index].place }
            return later.isEmpty ? nil : later[guid]
        }
        set {
            if let index = index(of: guid) { listed[index].place = newValue } else { later[guid] = newValue }
        }
    }

    private func index(of guid: GUID) -> Int? {
        var (low, high) = (0, listed.count)
        while low < high {
            let middle = (low + high) / 2
            if listed[middle].guid.value < guid.value { low = middle + 1 } else { high = middle }
        }
        return low < listed.count && listed[low].guid == guid ? low : nil
    }
}
