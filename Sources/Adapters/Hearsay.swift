internal import KeyHistory
internal import Reconciler
internal import Synchronization

/// What one watch itself has told, and when it was last heard or proven.
///
/// It is taken to be so for as long as that watch goes on: one that is taken up in its place may be of a store that was
/// restored meanwhile, and gives a version that was told to another value.
final class Hearsay: Sendable {
    private struct Content {
        var told = KeyVersion.absent
        /// Which watch has told it.
        var watch: Int?
        var keys: [KeyName: KeyState] = [:]
        var last: ContinuousClock.Instant?
    }

    /// For so long a watch is taken to miss nothing, without having been heard.
    private static let trust = Duration.seconds(15)

    private let content = Mutex(Content())

    /// How far it was told.
    var told: KeyVersion { content.withLock { $0.told } }

    /// A list told what there is: nothing of it was told by the watch.
    func listed(_ version: KeyVersion) {
        content.withLock { $0 = Content(told: version, last: .now) }
    }

    /// - Parameter watch: the number of the watch that tells it.
    func changed(_ changes: [KeyChange], at version: KeyVersion, by watch: Int?) {
        content.withLock { content in
            if content.watch != watch { (content.watch, content.keys) = (watch, [:]) }
            content.told = max(content.told, version)
            content.last = .now
            for change in changes {
                content.keys[change.key] = change.value.map { KeyState(change.revision, $0) }
            }
        }
    }

    func reached(_ version: KeyVersion) {
        content.withLock { content in
            content.told = max(content.told, version)
            content.last = .now
        }
    }

    /// Whether the watch has told all these keys so, and would have told otherwise.
    ///
    /// - Parameter open: the number of the watch that goes on; nil while none does.
    func stand(_ expected: [KeyName: KeyState], by open: Int?) -> Bool {
        content.withLock { content in
            guard let open, content.watch == open, let last = content.last, last.duration(to: .now) < Self.trust else {
                return false
            }
            return expected.allSatisfy { content.keys[$0.key] == $0.value }
        }
    }
}
