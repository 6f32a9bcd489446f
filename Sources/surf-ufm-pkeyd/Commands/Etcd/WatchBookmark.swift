import EtcdGateway
import Synchronization

/// Where a `--watch` stands: shared by the task that reads and the one that proves the watch alive.
final class WatchBookmark: Sendable {
    private struct Place {
        /// All changes up to this revision have been told.
        var told: Int64
        /// The highest revision that the store has shown.
        var seen: Int64
        /// The revision before the one that comes next has been compacted.
        var isCompacted = false
        var failures = 0
    }

    private let place: Mutex<Place>

    /// - Parameters:
    ///   - told: what need not be told; it may be yet to come.
    ///   - seen: the revision of the store now.
    init(told: Int64, seen: Int64) {
        place = Mutex(Place(told: told, seen: seen))
    }

    var told: Int64 { place.withLock { $0.told } }
    var seen: Int64 { place.withLock { $0.seen } }
    /// The last revision that has both happened and been told.
    var known: Int64 { place.withLock { min($0.told, $0.seen) } }
    var failures: Int { place.withLock { $0.failures } }

    /// Newer versions of etcd are mute on an idle store when asked for what is not there yet. So a watch begins at a
    /// revision that is known, and what was told already is dropped.
    var start: Int64 { place.withLock { $0.isCompacted ? $0.told + 1 : max(1, min($0.told, $0.seen)) } }

    func tell(_ revision: Int64) {
        place.withLock { place in
            guard revision > place.told else { return }
            place.told = revision
            place.seen = max(place.seen, revision)
            place.isCompacted = false
        }
    }

    /// A watch stands, at a store that has come so far; says how many tries failed before.
    func stands(at revision: Int64) -> Int {
        place.withLock { place in
            place.seen = max(place.seen, revision)
            defer { place.failures = 0 }
            return place.failures
        }
    }

    func failed() -> Int {
        place.withLock { place in
            place.failures += 1
            return place.failures
        }
    }

    /// Whether a watch from behind what was told can go on where one from it is refused as compacted.
    func stepsOverCompaction() -> Bool {
        place.withLock { place in
            guard !place.isCompacted, max(1, min(place.told, place.seen)) <= place.told else { return false }
            place.isCompacted = true
            return true
        }
    }

    /// What a proof says of the watch by now.
    func judge(_ proof: WatchProof) throws(EtcdError) -> WatchProof.Verdict {
        let verdict = proof.verdict(told: told)
        guard verdict != .otherStore else { throw EtcdError(.watchEnded, "the store is behind what was told of it") }
        return verdict
    }
}
