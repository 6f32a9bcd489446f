import Fabric

/// Spares UFM a whole read where its mark of the last change says that there was none. Pure.
///
/// The mark is opaque: its format and how fine it is are not documented. A second change within the same second may leave
/// it as it is, so a snapshot counts only if its mark had already been there for a while when it was read; and a mark is
/// not trusted for ever.
struct SnapshotMemory<Instant: InstantProtocol> where Instant.Duration == Duration {
    /// How long a mark must have stood before a snapshot, so that no change can hide behind it.
    static var settling: Duration { .seconds(60) }
    /// After so many spared reads the fabric is read all the same.
    static var mostSpared: Int { 10 }

    private var mark: String?
    private var markSince: Instant?
    private var kept: FabricSnapshot?
    private var spared = 0
    /// Counts our own writes: a snapshot that one of them overtook is not kept.
    private(set) var writes = 0

    /// What the fabric is, if that is known; called with the mark that UFM shows now.
    mutating func recall(_ current: String, now: Instant) -> FabricSnapshot? {
        if mark != current {
            mark = current
            markSince = now
            kept = nil
        }
        guard let kept, spared < Self.mostSpared else { return nil }
        spared += 1
        return kept.recalled
    }

    /// Keeps a complete read that began after ``recall(_:now:)`` at `began`, when so many writes of ours had been made.
    mutating func keep(_ snapshot: FabricSnapshot, _ current: String, began: Instant, writes before: Int) {
        spared = 0
        guard before == writes, mark == current, let markSince, markSince.duration(to: began) >= Self.settling else {
            return kept = nil
        }
        kept = snapshot
    }

    /// We have written, or are about to.
    mutating func written() {
        writes += 1
        kept = nil
    }
}
