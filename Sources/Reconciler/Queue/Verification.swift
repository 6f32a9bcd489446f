internal import Fabric

/// The reads that show what came of writes: which are made now, and whether by themselves or as one. Pure.
///
/// They have slots of their own, so that no write waits for them. Additions of a first list gather, and one complete read
/// shows what came of them all, where that is cheaper than as many single ones. What takes ports away never gathers: two
/// tenants may be together until somebody looks.
///
/// A list shows only what was answered before it was asked for, and nothing if it was recalled. While a partition is here, no
/// write of it is under way: its run waits for this read. What a list shows otherwise than it was written, a single read has to
/// show before anything is done about it.
struct Verification: Sendable {
    /// How a write is to be verified.
    enum Manner: Hashable, Sendable {
        /// By a read of the partition, before others.
        case singly
        /// By a read of the partition, or by a list if that is there sooner.
        case soon
        /// By a list of many, where that is cheaper.
        case together
    }

    enum Request: Hashable, Sendable {
        case single(PKey)
        case list
    }

    /// How it stands with the fabric manager and with what is still to be written.
    struct Terms: Sendable {
        var isListUsable = true
        /// Whether a complete read is under way.
        var isBeingRead = false
        /// How long the last complete read took.
        var listCost: Duration?
        /// How many more may be written soon.
        var coming = 0
        /// Whether time may pass until others have come.
        var mayWait = true

        func expecting(_ coming: Int) -> Terms {
            var terms = self
            terms.coming = coming
            return terms
        }
    }

    private struct Ticket: Sendable {
        enum State: Hashable, Sendable {
            case waiting
            /// It is being read by itself.
            case asked
            /// A list has shown it.
            case shown
        }

        let number: UInt64
        let since: Duration
        var manner: Manner
        var state = State.waiting
        var askedAt = Duration.zero
        /// Whether the complete read that is under way was asked for after the write was answered.
        var isCovered = false

        var isUncovered: Bool { state == .waiting && !isCovered }
    }

    /// How long the first waits for others before a list is read for them.
    static let gathering = Duration.seconds(2)
    /// How long a list is waited for at most.
    static let patience = Duration.seconds(30)

    /// Fewer are read by themselves.
    private let least: Int
    private var slots: Slots
    private var tickets: [PKey: Ticket] = [:]
    private var lastNumber: UInt64 = 0
    private var urgent = WaitingLine()
    private var soon = WaitingLine()
    /// Those that wait for a list which is yet to be asked for, and those that wait for the one that is under way.
    private var (gathered, covered) = (WaitingLine(), WaitingLine())
    private var shown = WaitingLine()
    /// How many wait that no list under way covers.
    private var uncovered: [Manner: Int] = [:]
    /// What a single read takes, as it was of late.
    private var singleCost: Duration?
    private var listCost: Duration?
    /// Lists take a third of the time at most.
    private var restUntil = Duration.zero
    private var lastList = 0

    /// - Parameters:
    ///   - concurrency: how many are read by themselves at once.
    ///   - least: how many one list has to show.
    init(_ concurrency: Int, least: Int) {
        slots = Slots(concurrency)
        self.least = max(least, 1)
    }

    var isEmpty: Bool { tickets.isEmpty }

    // MARK: Runs

    /// A write has been answered.
    mutating func join(_ pkey: PKey, _ manner: Manner, now: Duration) {
        leave(pkey)
        lastNumber += 1
        put(pkey, Ticket(number: lastNumber, since: now, manner: manner))
        push(pkey, lastNumber, manner)
    }

    /// Something newer is wanted of a partition: what it is now is to be known soon.
    mutating func hasten(_ pkey: PKey) {
        if tickets[pkey]?.state == .waiting { readSingly(pkey) }
    }

    /// A list does not show a partition as it was written.
    mutating func contradicted(_ pkey: PKey) {
        if tickets[pkey] != nil { readSingly(pkey) }
    }

    /// A run goes on, or is over.
    mutating func leave(_ pkey: PKey) {
        put(pkey, nil)
        slots.leave(pkey)
    }

    /// Those that wait for a read which has not been asked for, in ascending order.
    var waiting: [PKey] { tickets.filter { $0.value.state != .asked }.keys.sorted() }

    // MARK: Answers

    /// A single read is answered; says whether it is one of these.
    mutating func answered(_ pkey: PKey, _ outcome: Slots.Outcome, now: Duration) -> Bool {
        guard let ticket = tickets[pkey], ticket.state == .asked else { return false }
        slots.answered(pkey, outcome)
        if outcome == .succeeded {
            let cost = now - ticket.askedAt
            singleCost = singleCost.map { $0 * 0.75 + cost * 0.25 } ?? cost
        }
        return true
    }

    /// A complete read is asked for, whatever for: what was answered by now is in it.
    ///
    /// - Parameter number: of the read; what is asked for again under the same is one.
    mutating func listAsked(_ number: Int) {
        guard number != lastList else { return }
        lastList = number
        for (pkey, ticket) in tickets where ticket.manner != .singly && ticket.state == .waiting {
            var ticket = ticket
            ticket.isCovered = true
            put(pkey, ticket)
        }
        covered = gathered
        gathered = WaitingLine()
    }

    /// The complete read is answered.
    ///
    /// - Parameter isWitness: whether it shows what is so now: it did not fail, and was not recalled.
    mutating func listAnswered(isWitness: Bool, cost: Duration?, now: Duration) {
        if let cost {
            listCost = cost
            restUntil = now + cost * 2
        }
        for (pkey, ticket) in tickets.sorted(by: { $0.value.number < $1.value.number }) where ticket.isCovered {
            var ticket = ticket
            ticket.isCovered = false
            if isWitness, ticket.state == .waiting {
                ticket.state = .shown
                shown.push(pkey, ticket.number)
            } else if ticket.manner == .together {
                // It is read by itself: lists are not what they should be.
                ticket.manner = .soon
                soon.push(pkey, ticket.number)
            }
            put(pkey, ticket)
        }
        covered = WaitingLine()
    }

    /// The next partition that a list has shown.
    mutating func nextShown() -> PKey? {
        while let next = shown.pop() {
            if isOf(next, .shown) { return next.pkey }
        }
        return nil
    }

    // MARK: What is to be read

    /// What is to be asked for now.
    mutating func next(_ terms: Terms, now: Duration) -> [Request] {
        guard !tickets.isEmpty else { return [] }
        var requests: [Request] = []
        if wantsList(terms, now: now) { requests.append(.list) }
        while slots.isSharedOpen(now: now), let next = nextSingle() {
            guard var ticket = tickets[next.pkey] else { continue }
            ticket.state = .asked
            ticket.askedAt = now
            put(next.pkey, ticket)
            slots.asks(next.pkey, .read, as: nil, now: now)
            requests.append(.single(next.pkey))
        }
        return requests
    }

    /// When something is to be asked for, if only time keeps it.
    func nextDue(_ terms: Terms, now: Duration) -> Duration? {
        guard !tickets.isEmpty else { return nil }
        var times: [Duration] = [restUntil]
        if let first = gathered.first { times.append(since(first) + Self.gathering) }
        for first in [gathered.first, covered.first].compactMap(\.self) { times.append(since(first) + Self.patience) }
        if let freed = slots.nextFreed(after: now) { times.append(freed) }
        return times.filter { $0 > now }.min()
    }

    /// Whether a list is to be read now; those that need not wait for one any more are read by themselves.
    private mutating func wantsList(_ terms: Terms, now: Duration) -> Bool {
        listCost = terms.listCost ?? listCost
        covered = dispersed(covered, since: now - Self.patience)
        gathered = dispersed(gathered, since: now - Self.patience)
        let (together, soon) = (uncovered[.together, default: 0], uncovered[.soon, default: 0])
        guard together + soon > 0 else { return false }
        // Who is to stop is woken by no time any more.
        let mayRead = terms.isListUsable && !terms.isBeingRead && (!terms.mayWait || now >= restUntil)
        // The slots are taken, and more wait than they will have done by the time that a list takes.
        if soon >= least, !slots.isSharedOpen(now: now), isCheaper(together + soon), mayRead { return true }
        guard together > 0 else { return false }
        guard terms.isListUsable, isCheaper(together + soon + terms.coming) else {
            gathered = dispersed(gathered, since: now)
            return false
        }
        let oldest = gathered.first.map(since) ?? now
        guard terms.coming == 0 || !terms.mayWait || oldest + Self.gathering <= now else { return false }
        guard isCheaper(together + soon) else {
            gathered = dispersed(gathered, since: now)
            return false
        }
        return mayRead
    }

    /// Whether one list costs less than so many single reads.
    private func isCheaper(_ count: Int) -> Bool {
        guard count >= least else { return false }
        guard let singleCost, let listCost else { return true }
        return singleCost * count > listCost
    }

    /// Lets those be read by themselves that have waited since then; gives the others.
    private mutating func dispersed(_ line: WaitingLine, since time: Duration) -> WaitingLine {
        var line = line
        while let next = line.first {
            if isOf(next, .waiting), var ticket = tickets[next.pkey], ticket.manner == .together {
                guard ticket.since > time else {
                    ticket.manner = .soon
                    put(next.pkey, ticket)
                    soon.push(next.pkey, ticket.number)
                    line.drop()
                    continue
                }
                break
            }
            line.drop()
        }
        return line
    }

    private mutating func nextSingle() -> WaitingLine.Place? {
        while let next = urgent.pop() ?? soon.pop() {
            if isOf(next, .waiting) { return next }
        }
        return nil
    }

    private mutating func readSingly(_ pkey: PKey) {
        guard var ticket = tickets[pkey], ticket.state != .asked else { return }
        (ticket.manner, ticket.state, ticket.isCovered) = (.singly, .waiting, false)
        put(pkey, ticket)
        urgent.push(pkey, ticket.number)
    }

    private mutating func push(_ pkey: PKey, _ number: UInt64, _ manner: Manner) {
        switch manner {
        case .singly: urgent.push(pkey, number)
        case .soon: soon.push(pkey, number)
        case .together: gathered.push(pkey, number)
        }
    }

    private mutating func put(_ pkey: PKey, _ ticket: Ticket?) {
        let before = tickets.removeValue(forKey: pkey)
        if let before, before.isUncovered { uncovered[before.manner, default: 0] -= 1 }
        guard let ticket else { return }
        if ticket.isUncovered { uncovered[ticket.manner, default: 0] += 1 }
        tickets[pkey] = ticket
    }

    private func isOf(_ place: WaitingLine.Place, _ state: Ticket.State) -> Bool {
        tickets[place.pkey].map { $0.number == place.number && $0.state == state } ?? false
    }

    private func since(_ place: WaitingLine.Place) -> Duration { tickets[place.pkey]?.since ?? .zero }
}
