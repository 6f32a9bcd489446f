package import KeyHistory

/// How a key was told to stand: what a store compares before it writes because of it.
///
/// The value as well as the version: in a store that was restored, versions that were given before are given again.
package struct KeyState: Hashable, Sendable {
    package let version: KeyVersion
    /// nil for a key that is not there.
    package let value: [UInt8]?

    package init(_ version: KeyVersion, _ value: [UInt8]) {
        self.version = version
        self.value = value
    }

    private init() {
        version = .absent
        value = nil
    }

    /// Of a key that is not there.
    package static let absent = KeyState()
}
