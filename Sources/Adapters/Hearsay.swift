internal import KeyHistory
internal import Reconciler
internal import Synchronization

/// What the watch itself has told, and when it was last heard or proven.
final class Hearsay: Sendable {
    private struct Content {
        var told = KeyVersion.absent
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

    func changed(_ changes: [KeyChange], at version: KeyVersion) {
        content.withLock { content in
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

    func lost() { content.withLock { $0.last = nil } }

    /// Whether the watch has told all these keys so, and would have told otherwise.
    func stand(_ expected: [KeyName: KeyState]) -> Bool {
        content.withLock { content in
            guard let last = content.last, last.duration(to: .now) < Self.trust else { return false }
            return expected.allSatisfy { content.keys[$0.key] == $0.value }
        }
    }
}
