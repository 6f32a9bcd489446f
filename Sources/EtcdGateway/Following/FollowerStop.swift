/// Why a follower leaves what it follows.
///
/// Beside the followers and not in one: an error type that depends on the clock's made the optimiser of Swift 6.3 crash.
package enum FollowerStop: Error {
    /// Reading failed.
    case failed(EtcdError)
    /// Whoever is told wants no more.
    case refused(EtcdError)

    package static func reading<Value>(
        _ body: () async throws(EtcdError) -> Value
    ) async throws(FollowerStop) -> Value {
        do throws(EtcdError) {
            return try await body()
        } catch {
            throw .failed(error)
        }
    }

    package static func telling(
        _ event: FollowerEvent?, _ tell: @Sendable (FollowerEvent) async throws(EtcdError) -> Void
    ) async throws(FollowerStop) {
        guard let event else { return }
        do throws(EtcdError) {
            try await tell(event)
        } catch {
            throw .refused(error)
        }
    }
}
