import Testing

/// A site made unfit for a command.
struct FailingCommand: Sendable, CustomTestStringConvertible {
    /// What is to be run, and what the complaint must name.
    struct Trial {
        var arguments: [String]
        var culprits: [String]
        var environment: [String: String] = [:]
        /// Puts the site in order again, before it is looked at.
        var mend: (@Sendable () async throws -> Void)?

        init(
            _ arguments: [String], naming culprits: String..., environment: [String: String] = [:],
            mend: (@Sendable () async throws -> Void)? = nil
        ) {
            self.arguments = arguments
            self.culprits = culprits
            self.environment = environment
            self.mend = mend
        }
    }

    let testDescription: String
    let kind: Site.Kind
    let arrange: @Sendable (Site) async throws -> Trial

    init(
        _ description: String, _ kind: Site.Kind = .http,
        _ arrange: @escaping @Sendable (Site) async throws -> Trial
    ) {
        testDescription = description
        self.kind = kind
        self.arrange = arrange
    }

    /// Not the password of anybody; it must not be shown either.
    static let wrongPassword = "wr0ng-pa55word"
}
