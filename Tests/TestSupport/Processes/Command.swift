import Foundation

/// A program to start: what to call it with and where.
package struct Command: Sendable {
    /// A path, or a name to be looked up in `PATH`.
    package var program: String
    package var arguments: [String]
    /// Added to the inherited environment; an empty dictionary changes nothing.
    package var environment: [String: String]
    /// Inherited variables whose names start with one of these are not passed on.
    package var droppedPrefixes: [String]
    /// What the program reads; without it, `/dev/null`.
    package var input: String?
    /// The directory it runs in, from which a relative path of the program counts too; without it, that of the tests.
    package var directory: String?

    package init(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:],
        droppingVariables droppedPrefixes: [String] = [], input: String? = nil, directory: String? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.droppedPrefixes = droppedPrefixes
        self.input = input
        self.directory = directory
    }

    /// The whole environment of the program.
    package var mergedEnvironment: [String: String] {
        ProcessInfo.processInfo.environment
            .filter { name, _ in !droppedPrefixes.contains { name.hasPrefix($0) } }
            .merging(environment) { _, explicit in explicit }
    }
}

extension Command: CustomStringConvertible {
    package var description: String { ([program] + arguments).joined(separator: " ") }
}
