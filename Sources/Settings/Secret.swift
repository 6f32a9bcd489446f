/// A password that no interpolation, dump or debugger shows; only `reveal()` gives it, to be sent where it belongs.
package struct Secret: Equatable, Sendable {
    private let value: String

    package init(_ value: String) {
        self.value = value
    }

    /// The password itself. Each call should be a place where it leaves for its server.
    package func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
