internal import Fabric
internal import Planning

/// What UFM no longer showed of what it had been given, by kind. Pure.
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
}

extension Engine {
    /// Counts and tells what has drifted: partitions that the ledger calls synced at the revision that etcd has.
    mutating func noteDrift(_ actions: inout Actions) {
        guard isReady else { return }
        var found = Drift()
        var pkeys: [PKey] = []
        for pkey in ledger.pkeys where jobs[pkey] == nil && ledger[pkey] == record(.synced, of: pkey) {
            guard case .present(let wanted) = intent(of: pkey), let actual = fabric.partition(pkey),
                !planner.steps(for: pkey, intent: .present(wanted), actual: actual, isOwned: true).isEmpty
            else { continue }
            found.add(planner.difference(from: actual, to: wanted))
            pkeys.append(pkey)
        }
        guard found.partitions > 0 else { return }
        drift.partitions += found.partitions
        drift.missing += found.missing
        drift.unexpected += found.unexpected
        drift.flags += found.flags
        actions.say(
            .warning, "UFM has drifted in \(pkeys.count) partitions and is repaired: \(pkeys.sorted().inWords)",
            ["missing": "\(found.missing)", "unexpected": "\(found.unexpected)", "flags": "\(found.flags)"])
    }
}
