/// What reads show while they lag behind the model.
struct ReadBack {
    /// What reads show; nil when that is the model itself.
    private(set) var shown: [UInt16: UFMSimulator.Partition]?
    private var pending: [(due: Int64, partitions: [UInt16: UFMSimulator.Partition])] = []

    /// Notes that the partitions were changed, for reads to show after the delay in milliseconds.
    mutating func note(
        from before: [UInt16: UFMSimulator.Partition], to after: [UInt16: UFMSimulator.Partition],
        at now: UFMSimulator.Moment, delay: Int
    ) {
        if shown == nil { shown = before }
        pending.append((now.monotonic + Int64(delay) * 1_000_000, after))
    }

    /// Lets reads see what is due by now.
    mutating func advance(to now: UFMSimulator.Moment) {
        guard shown != nil else { return }
        // A delay that was shortened meanwhile must not bring back what is older.
        guard let last = pending.lastIndex(where: { $0.due <= now.monotonic }) else { return }
        shown = pending[last].partitions
        pending.removeFirst(last + 1)
        if pending.isEmpty { shown = nil }
    }
}
