/// A password that no interpolation, dump or debugger shows; only `reveal()` gives it, to be sent where it belongs.
struct Secret: Equatable, Sendable {
    private let value: String

    init(_ value: String) {
        self.value = value
    }

    /// The password itself. Each call should be a place where it leaves for its server.
    func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "‹redacted›" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
