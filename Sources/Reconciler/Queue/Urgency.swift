/// How urgent it is to work on a partition: a class of the queue, the most urgent one last.
package enum Urgency: String, Comparable, Sendable, CaseIterable {
    /// It differs from what it was seen to be, though nothing else is wanted of it.
    case drift
    /// A list brought what takes ports away, or deletes.
    case listedDeparture = "listed-departure"
    /// Ports are to join that a change or a list wants there.
    case arrival
    /// Ports are to leave because the watch has told so, or since somebody waits for them.
    case departure

    package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    fileprivate var rank: Int {
        switch self {
        case .drift: 0
        case .listedDeparture: 1
        case .arrival: 2
        case .departure: 3
        }
    }

    /// How many slots are kept for this class alone.
    var keptSlots: Int {
        switch self {
        case .drift, .listedDeparture: 0
        case .arrival, .departure: 1
        }
    }
}

/// Some of the classes, for whoever goes through all that waits: nothing has to be looked for in it.
struct UrgencySet: Sendable {
    private var ranks: UInt8 = 0

    init(_ urgencies: some Sequence<Urgency>) {
        for urgency in urgencies { ranks |= 1 << urgency.rank }
    }

    var isEmpty: Bool { ranks == 0 }

    func contains(_ urgency: Urgency) -> Bool { ranks & 1 << urgency.rank != 0 }
}
