/// What is asked of the sides, and when.
extension Standings {
    mutating func readFabric(_ out: inout Output) {
        sides.fabric.readingStarted(now: out.now)
        clockwork.fabricIsRead()
        out.add(.readFabric)
    }

    /// The fabric is read to see what came of writes: that puts off nothing else.
    mutating func readFabricToVerify(_ out: inout Output) {
        clockwork.fabricIsReadToVerify()
        readFabric(&out)
    }

    /// What it depends on how writes are verified.
    var terms: Verification.Terms {
        Verification.Terms(
            isListUsable: sides.fabric.isListUsable, isBeingRead: sides.fabric.isBeingRead,
            listCost: sides.fabric.listCost)
    }

    mutating func readLedger(_ out: inout Output) {
        out.add(.readLedger(sides.ledger.readingStarted()))
    }

    func listSources(_ out: inout Output) {
        for request in sides.source.requests { out.add(.listSource(request)) }
    }

    /// Asks for what is due by now.
    mutating func keepTime(_ out: inout Output) {
        for request in sides.source.requestsInDoubt(now: out.now) { out.add(.listSource(request)) }
        for (source, point) in sides.source.toRemember(now: out.now) { out.add(.remember(source, point)) }
        for due in clockwork.due(now: out.now, sides) {
            switch due {
            case .fabricRetry: retryFabric(&out)
            case .witness: readFabric(&out)
            case .ledgerRetry:
                sides.ledger.retrying()
                readLedger(&out)
            case .look:
                listSources(&out)
                readLedger(&out)
            case .resync:
                readFabric(&out)
                listSources(&out)
                readLedger(&out)
            }
        }
        for source in sides.beginning.due(now: out.now) { out.add(.follow(source)) }
    }

    /// Whoever has told once what is there is first asked whether it is there at all.
    private mutating func retryFabric(_ out: inout Output) {
        guard sides.fabric.isKnown else { return readFabric(&out) }
        sides.fabric.retrying()
        out.add(.pingFabric)
    }

    /// In a single run: whether a list is to be read before it ends, to see that what was deleted is gone; true once.
    mutating func takeWitness() -> Bool {
        let hasDeleted = sides.ledger.records?.values.contains(where: \.record.isSeenGone) ?? false
        return hasDeleted && clockwork.takeWitness()
    }

    /// When something is due next.
    ///
    /// - Parameter ready: when the next PKey waits for nothing but time.
    func nextTime(ready: () -> Duration?) -> Duration? {
        [
            clockwork.next(sides, ready: ready), sides.beginning.next, sides.fabric.refusals.next, sharedTroubles.next,
        ].compactMap(\.self).min()
    }
}
