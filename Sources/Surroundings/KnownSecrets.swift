internal import Synchronization
internal import Text

/// Every secret that this process holds: whatever leaves it as words goes through here.
package enum KnownSecrets {
    private static let redactor = Mutex(Redactor())

    /// Takes a password, or what a header makes of it.
    package static func add(_ secret: String) {
        redactor.withLock { $0.add(secret) }
    }

    /// Takes a token that others will follow.
    package static func addPassing(_ token: String) {
        redactor.withLock { $0.addPassing(token) }
    }

    /// The words without any secret.
    package static func redacted(_ words: String) -> String {
        redactor.withLock { $0 }.redacted(words)
    }
}
