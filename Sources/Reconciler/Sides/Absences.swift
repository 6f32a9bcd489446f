package import Fabric
internal import Planning

/// What is known of partitions that are not there, and who says so. Pure.
///
/// A UFM that starts, was restored, or is an empty standby says "not there" of what is there, now in a read of one
/// partition, now in a list. Ownership that ended by it would leave a tenant in a partition that nobody looks after. So it
/// ends by a ``ProofOfAbsence`` alone: a read of the one partition *and* a complete list have to say so, each begun after
/// our last write of it ended.
struct Absences: Sendable {
    /// How long a request of unknown outcome may still act, and how long a UFM that lacks too much is taken to be starting.
    static let patience = Duration.seconds(600)

    private struct Trace {
        /// Witnesses that began before this do not count.
        var countsFrom: Duration
        /// Whether UFM has said that it did our DELETE, and nothing was written since.
        var isDeleted = false
        var single: SingleWitness?
        var list: ListWitness?

        /// What was said of it before is worth nothing any more.
        mutating func forget() {
            isDeleted = false
            single = nil
            list = nil
        }
    }

    private let threshold: DeletionGuard.Threshold
    private let runsOnce: Bool
    /// Of the partitions that the ledger has, or had.
    private var traces: [PKey: Trace] = [:]
    /// Lists that began before this do not count, whatever they lack.
    private var listsCountFrom = Duration.zero
    /// The partitions that were last seen, and that we have not asked to be deleted; ours or not.
    private var lastSeen: Set<PKey> = []

    /// A list lacked more than may go by itself.
    struct Loss: Hashable, Sendable {
        let lacking: Int
        let seen: Int
    }

    /// - Parameters:
    ///   - threshold: how much a list may lack and still be believed.
    ///   - runsOnce: whether the life is too short to wait for what an earlier one may have sent.
    init(_ threshold: DeletionGuard.Threshold = DeletionGuard.Threshold(), runsOnce: Bool = false) {
        self.threshold = threshold
        self.runsOnce = runsOnce
    }

    subscript(pkey: PKey) -> Absence {
        let trace = traces[pkey]
        return Absence(isDeleted: trace?.isDeleted ?? false, single: trace?.single, list: trace?.list)
    }

    /// Whether a list that begins now would be a witness, if it lacked the partition.
    func wouldCount(_ pkey: PKey, now: Duration) -> Bool {
        guard let trace = traces[pkey], trace.list == nil else { return false }
        return now >= max(trace.countsFrom, listsCountFrom)
    }

    // MARK: What the ledger says

    /// The ledger has these records. Of those that this life did not make itself nobody knows what was last sent, and
    /// whether it has acted yet.
    ///
    /// - Parameter isOurs: whether this life is about to write the record of a partition, and may have done so already.
    mutating func inherit(
        _ records: [PKey: LedgerRecord], now: Duration, except isOurs: (PKey) -> Bool = { _ in false }
    ) {
        for (pkey, record) in records where traces[pkey] == nil && !isOurs(pkey) {
            traces[pkey] = Trace(countsFrom: runsOnce ? .zero : now + Self.patience)
            // An earlier life has seen it.
            if record.state == .synced { lastSeen.insert(pkey) }
        }
    }

    /// We have written a record of a partition, the first one where none was known: nobody has sent anything before.
    mutating func claimed(_ pkey: PKey) {
        if traces[pkey] == nil { traces[pkey] = Trace(countsFrom: .zero) }
    }

    // MARK: What UFM is told, and says

    /// A write is sent: until it has ended nothing is known.
    mutating func sent(_ step: PlanStep) {
        traces[step.pkey]?.forget()
        switch step {
        // UFM deletes a partition with its last member.
        case .delete, .remove: lastSeen.remove(step.pkey)
        case .create, .add, .replace, .setQoS: break
        }
    }

    /// A write has ended.
    ///
    /// - Parameter outcome: what it may have done all the same, where it failed.
    mutating func ended(_ step: PlanStep, failed outcome: Failure.Outcome?, now: Duration) {
        guard var trace = traces[step.pkey] else { return }
        trace.forget()
        let countsFrom = outcome == .unknown ? now + Self.patience : now
        trace.countsFrom = max(trace.countsFrom, countsFrom)
        if case .delete = step, outcome == nil { trace.isDeleted = true }
        traces[step.pkey] = trace
    }

    /// A read of one partition that began then has shown it, or that it is not there.
    mutating func read(_ pkey: PKey, isThere: Bool, began: Duration) {
        guard !isThere else { return found(pkey) }
        guard let trace = traces[pkey], began >= trace.countsFrom else { return }
        traces[pkey]?.single = SingleWitness(pkey: pkey)
    }

    /// A complete list that began then was read.
    ///
    /// - Parameter overlapped: the partitions that were read or written meanwhile: that it lacks one says nothing.
    /// - Returns: what it lacked, where that was too much to be believed.
    mutating func listed(_ snapshot: FabricSnapshot, began: Duration, overlapped: Set<PKey>) -> Loss? {
        // It was a witness when it was read.
        guard !snapshot.isRecalled else { return nil }
        let shown = Set(snapshot.partitions.keys.lazy.compactMap { PKey($0) })
        let loss = loss(in: shown, overlapped)
        if loss != nil { listsCountFrom = began + Self.patience }
        for pkey in shown {
            // Nobody knows whether the list or a read beside it has the last word; a witness that is contradicted is none.
            if !overlapped.contains(pkey) || traces[pkey].map({ began >= $0.countsFrom }) ?? false {
                traces[pkey]?.forget()
            }
        }
        for (pkey, trace) in traces where !shown.contains(pkey) && !overlapped.contains(pkey) {
            guard began >= max(trace.countsFrom, listsCountFrom) else { continue }
            traces[pkey]?.list = ListWitness(pkey: pkey)
        }
        lastSeen = shown.subtracting(overlapped).union(lastSeen.intersection(overlapped))
        return loss
    }

    /// What a list lacks of what was last seen, if it is more than may go by itself: as much as the guard of deletions would
    /// hold, or all of several.
    private func loss(in shown: Set<PKey>, _ overlapped: Set<PKey>) -> Loss? {
        let seen = lastSeen.subtracting(overlapped)
        let lacking = seen.subtracting(shown).count
        let isAll = lacking == seen.count && lacking > 1
        guard isAll || threshold.isExceeded(by: lacking, of: seen.count) else { return nil }
        return Loss(lacking: lacking, seen: seen.count)
    }

    private mutating func found(_ pkey: PKey) {
        traces[pkey]?.forget()
        lastSeen.insert(pkey)
    }
}

/// What is known of one partition's absence.
struct Absence: Hashable, Sendable {
    /// Whether UFM has said that it did our DELETE, and nothing was written since.
    let isDeleted: Bool
    let single: SingleWitness?
    let list: ListWitness?

    /// Nobody has said anything.
    static let unknown = Absence(isDeleted: false, single: nil, list: nil)

    /// That UFM does not have the partition; nil without both witnesses.
    var proof: ProofOfAbsence? {
        guard let single, let list else { return nil }
        return ProofOfAbsence(by: single, and: list)
    }
}

/// A read of one partition, begun after our last write of it had ended, has said that it is not there.
struct SingleWitness: Hashable, Sendable {
    fileprivate let pkey: PKey

    fileprivate init(pkey: PKey) { self.pkey = pkey }
}

/// A complete list, begun after our last write of a partition had ended, lacks it, and not much else.
struct ListWitness: Hashable, Sendable {
    fileprivate let pkey: PKey

    fileprivate init(pkey: PKey) { self.pkey = pkey }
}

/// That UFM does not have a partition, by two witnesses. Without one no record is released: it takes both to make it.
package struct ProofOfAbsence: Hashable, Sendable {
    package let pkey: PKey

    /// Nil where the two speak of different partitions.
    init?(by single: SingleWitness, and list: ListWitness) {
        guard single.pkey == list.pkey else { return nil }
        pkey = single.pkey
    }
}
