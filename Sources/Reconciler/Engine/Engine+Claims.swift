internal import Fabric
internal import KeyHistory

/// Claims of many partitions at once, as at the first start: one transaction instead of a hundred.
extension Engine {
    /// Fewer are claimed one by one, each by its own run.
    private static let leastBatch = 8
    /// etcd takes 128 operations in a transaction.
    private static let largestBatch = 100

    mutating func claim(_ pkeys: [PKey], now: Duration, _ actions: inout Actions) {
        guard pkeys.count >= Self.leastBatch, !isStopping, !ledgerOutage.isDown else {
            for pkey in pkeys { ask(pkey, .resync, now: now) }
            return
        }
        let sorted = pkeys.sorted()
        for start in stride(from: 0, to: sorted.count, by: Self.largestBatch) {
            var batch: [PKey: LedgerRecord] = [:]
            for pkey in sorted[start..<min(start + Self.largestBatch, sorted.count)] {
                batch[pkey] = record(.claimed, of: pkey)
            }
            batchClaims.merge(batch) { $1 }
            actions.list.append(.claimBatch(batch))
        }
    }

    /// A batch that was refused or failed is claimed by the runs of its PKeys, each for itself.
    mutating func takeBatch(
        _ records: [PKey: LedgerRecord], _ result: Result<Bool, Failure>, now: Duration, _ actions: inout Actions
    ) {
        if case .failure(let failure) = result, Meaning(of: failure, by: .ledger) == .outage {
            actions.say(ledgerOutage.failed(failure, now: now))
        }
        for (pkey, record) in records.sorted(by: { $0.key < $1.key }) {
            // A run that began meanwhile knows better.
            let isCurrent = batchClaims[pkey] == record
            if isCurrent { batchClaims[pkey] = nil }
            if case .success(true) = result, isCurrent { ledger[pkey] = record }
            ask(pkey, .resync, now: now)
        }
    }
}
