internal import Transport

/// Whether a member is alive while it keeps us waiting.
extension MemberClient {
    /// How often a member that keeps us waiting, or serves a watch, is felt for a pulse where there are others.
    static var pulseInterval: Duration { .seconds(1) }
    /// How long it may take to give any sign of life.
    static var pulseLimit: Duration { .seconds(1) }

    /// Whether a member gives a sign of life: an answer of any kind to a question that needs no cluster and no login.
    func hasPulse(_ endpoint: EtcdEndpoint) async -> Bool {
        var request = HTTPRequest(
            .get, endpoint.url + "/version", tls: configuration.tls, connectTimeout: Self.pulseLimit,
            totalTimeout: Self.pulseLimit, bodyLimit: 64 << 10)
        request.address = endpoint.address
        do throws(TransportError) {
            _ = try await transport.send(request)
            return true
        } catch {
            return switch error {
            case .cannotConnect, .timedOut: false
            // What else is wrong there shows in what it keeps us waiting for.
            default: true
            }
        }
    }

    /// Returns when a member gives no sign of life; with nil when the task was cancelled.
    package func awaitSilence<C: Clock>(of endpoint: EtcdEndpoint, clock: C) async -> EtcdError?
    where C.Duration == Duration {
        while (try? await clock.sleep(for: configuration.patience ?? Self.pulseInterval)) != nil {
            guard await hasPulse(endpoint) else {
                return Task.isCancelled
                    ? nil : EtcdError(.unavailable, "it gives no sign of life", endpoint: endpoint)
            }
        }
        return nil
    }

    /// Waits for a member's answer as long as it is alive. Whether one that is not has acted is not known.
    func whileAlive<Answer: Sendable>(
        _ endpoint: EtcdEndpoint, _ operation: @escaping @Sendable () async throws(EtcdError) -> Answer
    ) async throws(EtcdError) -> Answer {
        let result = await withTaskGroup(of: Result<Answer, EtcdError>?.self) { group in
            group.addTask { await Result { () async throws(EtcdError) in try await operation() } }
            group.addTask { await self.awaitSilence(of: endpoint, clock: .continuous).map(Result.failure) }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let result else { throw EtcdError(.cancelled, "cancelled") }
        return try result.get()
    }
}
