internal import Fabric
internal import KeyHistory

/// Keys of which the watch has told what cannot be true beside what was told before, while a list is in doubt. Pure.
///
/// Either the source has another history by now, or who tells it has lost his way: neither value is written before a list
/// that is used has shown the key as of then, or the watch has told something newer than both.
struct Disputes: Sendable {
    private struct Dispute {
        let pkey: PKey
        let version: KeyVersion
        /// Whether the watch has told it to be there.
        let isSet: Bool
        /// Whether another history was believed since.
        var isLeftOver = false
        /// When a list was first used that should have shown it, and did not.
        var deniedAt: Duration?
    }

    private var keys: [KeyName: Dispute] = [:]
    /// How many keys of each PKey are disputed.
    private var counts: [PKey: Int] = [:]

    var isEmpty: Bool { keys.isEmpty }

    func contains(_ pkey: PKey) -> Bool { counts[pkey] != nil }

    /// - Parameters:
    ///   - version: of what the watch has told.
    ///   - isSet: whether it has told the key to be there.
    mutating func add(_ key: KeyName, of pkey: PKey, at version: KeyVersion, isSet: Bool) {
        if let known = keys[key] {
            guard version > known.version else { return }
        } else {
            counts[pkey, default: 0] += 1
        }
        keys[key] = Dispute(pkey: pkey, version: version, isSet: isSet)
    }

    /// Something newer was told of a key, or what was known before; gives its PKey if it was disputed.
    @discardableResult
    mutating func forget(_ key: KeyName) -> PKey? {
        guard let dispute = keys.removeValue(forKey: key), let count = counts[dispute.pkey] else { return nil }
        counts[dispute.pkey] = count == 1 ? nil : count - 1
        return dispute.pkey
    }

    /// A list that is used shows the keys; gives the PKeys of which nothing is disputed any more, and those of them of which it
    /// lacks a key that the watch had told to be there: that may be gone with a history, and nobody has told its end.
    ///
    /// One that should show what the watch has told, and does not, has to be followed by another such one: it is as much of
    /// what we know as that, and may be the one that is wrong.
    ///
    /// - Parameter isNewHistory: whether the source is believed to have another history from that list on. What was told of a
    ///   later time may be of it, or of one between: the list after it was asked for since, and knows.
    mutating func settle(
        by list: KeySnapshot, isNewHistory: Bool, now: Duration
    ) -> (settled: Set<PKey>, lost: Set<PKey>) {
        guard !keys.isEmpty else { return ([], []) }
        let listed = list.entries.filter { keys[$0.key] != nil }
        let shown = Set(listed.map(\.key))
        let denied = Set(
            listed.filter { entry in keys[entry.key].map { entry.revision < $0.version } ?? false }.map(\.key))
        var (settled, lost): (Set<PKey>, Set<PKey>) = ([], [])
        for (key, dispute) in keys {
            let isShown = dispute.version <= list.revision && !denied.contains(key)
            let isDeniedTwice = dispute.deniedAt.map { now - $0 >= Doubt.patience } ?? false
            guard isShown || dispute.isLeftOver || (isDeniedTwice && denied.contains(key)) else {
                if denied.contains(key), dispute.version <= list.revision {
                    keys[key]?.deniedAt = dispute.deniedAt ?? now
                }
                continue
            }
            forget(key)
            settled.insert(dispute.pkey)
            if dispute.isSet, !shown.contains(key) { lost.insert(dispute.pkey) }
        }
        if isNewHistory { for key in keys.keys { keys[key]?.isLeftOver = true } }
        return (settled.subtracting(counts.keys), lost)
    }
}
