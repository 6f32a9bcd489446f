internal import Planning

/// What the fabric no longer showed of what it had been given, by kind. Pure.
package struct Drift: Hashable, Sendable {
    package var partitions = 0
    /// Members that were gone.
    package var missing = 0
    /// Members that nobody asked for.
    package var unexpected = 0
    /// Flags that had been changed, where flags are enforced.
    package var flags = 0

    package init() {}

    mutating func add(_ difference: Difference) {
        partitions += 1
        missing += difference.missing.count
        unexpected += difference.unexpected.count
        flags += difference.misflagged.count + (difference.ipOverIBDiffers ? 1 : 0)
    }

    mutating func add(_ other: Drift) {
        partitions += other.partitions
        missing += other.missing
        unexpected += other.unexpected
        flags += other.flags
    }
}
