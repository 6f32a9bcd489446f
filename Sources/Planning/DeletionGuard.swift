package import Fabric

/// Holds back deletions that come many at once: the mark of an etcd that was wiped, restored or mistaken for another.
///
/// PKeys that vanish together — in one revision, or between one list and the next — are judged together: up to the
/// threshold they are believed, above it they are held until somebody approves them or their keys come back. A verdict
/// stands while the PKey stays absent and owned, by the same record, and its end is not doubted. While any is held, what a
/// list shows to be absent is held as well: after a restart only a part of the set may be known to have been held. Pure.
package struct DeletionGuard: Equatable, Sendable {
    /// How many deletions at once are too many.
    package struct Threshold: Hashable, Sendable {
        /// The share of the owned partitions above which deletions are held, 0 to 1.
        package var share: Double
        /// Fewer deletions than this are always believed.
        package var least: Int

        package init(share: Double = 0.2, least: Int = 5) {
            self.share = share
            self.least = least
        }

        package func isExceeded(by deletions: Int, of owned: Int) -> Bool {
            deletions >= least && Double(deletions) > share * Double(owned)
        }
    }

    private enum Verdict {
        case believed
        case held
        case approved
    }

    private let threshold: Threshold
    private var verdicts: [PKey: Verdict] = [:]

    package init(_ threshold: Threshold = Threshold()) {
        self.threshold = threshold
    }

    /// The PKeys whose deletion is held, in ascending order.
    package var held: [PKey] { verdicts.filter { $0.value == .held }.keys.sorted() }
    package var isHolding: Bool { verdicts.values.contains(.held) }

    /// The PKeys of which a verdict stands.
    package var judged: Set<PKey> { Set(verdicts.keys) }

    package func hasJudged(_ pkey: PKey) -> Bool { verdicts[pkey] != nil }

    package func holds(_ pkey: PKey) -> Bool { verdicts[pkey] == .held }

    /// Whether so many at once, of so many owned partitions, are held back.
    package func isTooMany(_ count: Int, of owned: Int) -> Bool { threshold.isExceeded(by: count, of: owned) }

    /// Judges PKeys that are owned and no longer wanted; those that were judged before keep their verdict.
    ///
    /// - Parameters:
    ///   - owned: how many partitions are owned, these among them.
    ///   - isListed: whether a list shows that they are absent; otherwise one revision deleted them.
    /// - Returns: those that are held from now on, in ascending order.
    package mutating func judge(_ absent: some Sequence<PKey>, owned: Int, isListed: Bool) -> [PKey] {
        let new = absent.filter { verdicts[$0] == nil }
        guard !new.isEmpty else { return [] }
        let isTooMany = threshold.isExceeded(by: new.count, of: owned) || (isListed && isHolding)
        for pkey in new { verdicts[pkey] = isTooMany ? .held : .believed }
        return isTooMany ? new.sorted() : []
    }

    /// Holds a PKey of which no verdict stands: one that was held before the program started, or whose store has lost its
    /// history; says whether that is news.
    @discardableResult
    package mutating func hold(_ pkey: PKey) -> Bool {
        guard verdicts[pkey] == nil else { return false }
        verdicts[pkey] = .held
        return true
    }

    /// The deletion has been made, so that there is nothing left to hold.
    package mutating func believe(_ pkey: PKey) {
        verdicts[pkey] = verdicts[pkey] ?? .believed
    }

    /// That the deletion was believed is not to count any more.
    package mutating func doubt(_ pkey: PKey) {
        if verdicts[pkey] == .believed { verdicts[pkey] = nil }
    }

    /// Somebody has approved the deletion; says whether that is news.
    package mutating func approve(_ pkey: PKey) -> Bool {
        verdicts.updateValue(.approved, forKey: pkey) != .approved
    }

    /// What was approved is no more.
    package mutating func retractApproval(of pkey: PKey) {
        if verdicts[pkey] == .approved { verdicts[pkey] = nil }
    }

    /// The PKey is wanted again, or is no longer ours: its next deletion is another one; says whether that is news.
    @discardableResult
    package mutating func forget(_ pkey: PKey) -> Bool {
        verdicts.removeValue(forKey: pkey) != nil
    }
}
