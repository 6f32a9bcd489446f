internal import Fabric

/// What the fabric manager lets us do, as its answers show.
extension Standings {
    /// A request for one partition is answered.
    mutating func answered(_ answer: EngineEvent.Answer, of pkey: PKey, _ work: inout Work, _ out: inout Output) {
        sides.fabric.answered(answer, of: pkey, now: out.now)
        guard case .written(let result) = answer,
            let relief = sides.fabric.refusals.answered(result, of: pkey, now: out.now)
        else { return }
        if let lasted = relief.after { out.found(.writesTaken(after: lasted)) }
        for pkey in relief.pkeys { ask(pkey, isNews: true, &work, now: out.now) }
    }

    /// A partition is not in step: says so, or that nothing can be changed, once.
    mutating func tell(_ pkey: PKey, _ failure: Failure, isNews: Bool, _ work: Work, _ out: inout Output) {
        let othersCome = work.depth > 0 || work.runCount > 1
        switch sides.fabric.refusals.words(on: pkey, failure, isNews: isNews, othersCome: othersCome) {
        case .nothing: break
        case .partition where failure.isOfStore: sharedTroubles.add(pkey, failure, now: out.now)
        case .partition: out.found(.troubled(pkey, failure))
        case .everything: out.found(.writesRefused(failure))
        }
    }

    /// Says what is wrong with a store, once for all partitions that wait for it.
    ///
    /// - Parameter isLast: whether nothing is told after this.
    mutating func tellShared(isLast: Bool = false, _ work: Work, _ out: inout Output) {
        for (failure, pkeys) in sharedTroubles.due(now: isLast ? nil : out.now) {
            let waiting = pkeys.filter { work.failure(of: $0) != nil }
            if !waiting.isEmpty { out.found(.troubledTogether(Capped(waiting), failure)) }
        }
    }

    /// Asks for a partition where it is time to try a write again.
    mutating func tryWriting(_ work: inout Work, now: Duration) {
        if let pkey = sides.fabric.refusals.due(now: now) { ask(pkey, isNews: true, &work, now: now) }
    }
}
