internal import Planning

/// Whether this fabric manager does what the one request asks for that sets all members of a partition. Pure.
///
/// Not every UFM takes it, and one that takes it may do nothing. After the second time, whoever leaves is removed before
/// others are added, by two requests. That is remembered until UFM has been away: another version comes with a restart.
struct WholeRequests: Sendable {
    private static let mostFailures = 2
    private var failures = 0

    var strategy: WriteStrategy { failures < Self.mostFailures ? .single : .wholeLast }

    /// One was seen to be done, or not; says whether they are not to be trusted from now on.
    mutating func note(worked: Bool) -> Bool {
        guard failures < Self.mostFailures else { return false }
        failures = worked ? 0 : failures + 1
        return failures == Self.mostFailures
    }

    /// It was away, and may be another one now.
    mutating func forget() { failures = 0 }
}
