import Glibc

/// The environment variables that settings look at. An empty one counts as not set.
package struct ProcessEnvironment: Sendable {
    private let lookUp: @Sendable (String) -> String?

    /// The variables of this process.
    package static let current = ProcessEnvironment { name in getenv(name).map { String(cString: $0) } }

    /// Fixed variables, for tests.
    package init(_ variables: [String: String]) {
        self.init { variables[$0] }
    }

    private init(lookUp: @escaping @Sendable (String) -> String?) {
        self.lookUp = lookUp
    }

    package subscript(_ name: String) -> String? {
        lookUp(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The directory that systemd gives a service; the first one, where a unit asks for several.
    package var stateDirectory: String? { self["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init) }
}
