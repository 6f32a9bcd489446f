/// Why a text is not one YAML value, and where reading stopped.
///
/// The problem never repeats a value of the text, and a key only with its control characters escaped.
package struct YAMLError: Error, Hashable, Sendable {
    package let problem: String
    package let line: Int
    package let column: Int

    package init(_ problem: String, at mark: YAMLMark) {
        self.problem = problem
        self.line = mark.line
        self.column = mark.column
    }
}

extension YAMLError: CustomStringConvertible {
    /// `line 3, column 7: problem`; who knows the file or key puts it in front.
    package var description: String { "line \(line), column \(column): \(problem)" }
}

/// How much of a text is read before it is refused, so that no value from outside costs more than it is worth.
package struct YAMLLimits: Hashable, Sendable {
    /// The size of the text in bytes.
    package var bytes: Int
    /// How many lists and mappings may stand inside each other.
    package var depth: Int
    /// How many scalars, lists and mappings there may be in all.
    package var nodes: Int

    package init(bytes: Int = 4 << 20, depth: Int = 64, nodes: Int = 200_000) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
    }
}
