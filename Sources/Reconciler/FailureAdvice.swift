extension Failure {
    /// Who made trouble.
    package enum Server: Hashable, Sendable {
        /// Where the keys and the ledger are.
        case etcd
        /// The fabric manager.
        case ufm
    }

    /// What a person may be able to mend.
    package struct Trouble: Hashable, Sendable {
        package let server: Server
        package let cause: Cause
        /// The URL of the member or host that was asked last.
        package let endpoint: String?
        /// The server's own words.
        package let words: String
        /// The HTTP status, where it matters.
        package let status: Int?
        /// As whom we asked, where it was a user with a name.
        package let user: String?

        package init(
            _ server: Server, _ cause: Cause, at endpoint: String? = nil, words: String = "", status: Int? = nil,
            user: String? = nil
        ) {
            self.user = user
            self.status = status
            self.server = server
            self.cause = cause
            self.endpoint = endpoint
            self.words = words
        }
    }

    /// What to do about it, in the words of the command line; nil where nobody knows. Whoever makes failures for people is
    /// given it.
    package typealias Advice = @Sendable (Trouble) -> String?
}
