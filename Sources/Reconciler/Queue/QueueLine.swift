/// How much waits in one class of a queue, and since when the eldest.
package struct QueueLine: Hashable, Sendable {
    package let depth: Int
    /// When what waits longest was asked for; nil where nothing waits.
    package let eldest: Duration?

    package init(depth: Int = 0, eldest: Duration? = nil) {
        self.depth = depth
        self.eldest = eldest
    }
}

/// Who waits in one class of a queue, known by the order in which they came. Pure.
///
/// Joining and leaving cost the same however many wait, but for a logarithm: those who left are passed over when they would
/// be the eldest.
struct Waiters: Sendable {
    private struct Ticket: Sendable {
        let order: UInt64
        let since: Duration
    }

    /// A heap, the eldest first; those who left are still in it.
    private var tickets: [Ticket] = []
    private var present: Set<UInt64> = []

    var line: QueueLine { QueueLine(depth: present.count, eldest: tickets.first?.since) }

    /// - Parameters:
    ///   - order: smaller for whoever has waited longer.
    ///   - since: when that was.
    mutating func join(_ order: UInt64, since: Duration) {
        present.insert(order)
        tickets.append(Ticket(order: order, since: since))
        rise()
        // So that those who left do not pile up behind one who stays.
        if tickets.count > 2 * present.count + 32 {
            tickets = tickets.filter { present.contains($0.order) }.sorted { $0.order < $1.order }
        }
    }

    mutating func leave(_ order: UInt64) {
        present.remove(order)
        while let first = tickets.first, !present.contains(first.order) { removeFirst() }
    }

    private mutating func rise() {
        var child = tickets.count - 1
        while child > 0, tickets[child].order < tickets[(child - 1) / 2].order {
            tickets.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func removeFirst() {
        tickets.swapAt(0, tickets.count - 1)
        tickets.removeLast()
        var parent = 0
        while true {
            let children = (2 * parent + 1)..<min(2 * parent + 3, max(2 * parent + 1, tickets.count))
            guard let least = children.min(by: { tickets[$0].order < tickets[$1].order }),
                tickets[least].order < tickets[parent].order
            else { return }
            tickets.swapAt(parent, least)
            parent = least
        }
    }
}
