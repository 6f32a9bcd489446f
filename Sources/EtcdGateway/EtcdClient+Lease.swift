/// A lease that etcd granted.
package struct Lease: Hashable, Sendable {
    package let id: Int64
    /// Seconds that etcd grants, at least 2 whatever was asked.
    package let timeToLive: Int64
}

extension EtcdClient {
    private struct GrantRequest: Encodable, Sendable {
        let TTL: WireInt64
    }

    private struct LeaseRequest: Encodable, Sendable {
        let ID: WireInt64
    }

    private struct LeaseAnswer: Decodable, Sendable {
        let ID: WireInt64?
        let TTL: WireInt64?
    }

    private struct TimeToLiveAnswer: Decodable, Sendable {
        let TTL: WireInt64?
        let grantedTTL: WireInt64?
    }

    /// The keep-alive is a stream whose one message is wrapped.
    private struct KeepAliveAnswer: Decodable, Sendable {
        let result: LeaseAnswer
    }

    /// Grants a lease.
    ///
    /// - Parameter seconds: 1 to 9,000,000,000; etcd raises small values to its minimum.
    package func grantLease(seconds: Int64) async throws(EtcdError) -> Lease {
        let (answer, _): (LeaseAnswer, _) = try await call(
            "/v3/lease/grant", GrantRequest(TTL: WireInt64(seconds)), effect: .write,
            operation: "grant of a lease of \(seconds) s")
        guard let id = answer.ID?.value else { throw EtcdError(.malformedAnswer, "the lease has no id") }
        return Lease(id: id, timeToLive: answer.TTL?.value ?? 0)
    }

    /// Ends a lease at once; its keys are deleted.
    package func revokeLease(_ id: Int64) async throws(EtcdError) {
        let _: (LeaseAnswer, _) = try await call(
            "/v3/lease/revoke", LeaseRequest(ID: WireInt64(id)), effect: .write, operation: "revocation of a lease")
    }

    /// Sets a key that etcd deletes after some time.
    ///
    /// - Returns: its lease.
    package func put(_ key: [UInt8], _ value: [UInt8], forSeconds seconds: Int64) async throws(EtcdError) -> Lease {
        let lease = try await grantLease(seconds: seconds)
        do throws(EtcdError) {
            try await put(key, value, lease: lease.id)
        } catch {
            // A lease without its key would only take up room until it ends.
            try? await revokeLease(lease.id)
            throw error
        }
        return lease
    }

    /// Renews a lease.
    ///
    /// - Returns: the seconds it now has, or nil when the lease is gone.
    package func keepAlive(_ id: Int64) async throws(EtcdError) -> Int64? {
        let (answer, _): (KeepAliveAnswer, _) = try await call(
            "/v3/lease/keepalive", LeaseRequest(ID: WireInt64(id)), effect: .read, operation: "renewal of a lease")
        return answer.result.TTL?.value
    }

    /// How long a lease has left.
    ///
    /// - Returns: the seconds left and the seconds granted, or nil when the lease is gone.
    package func timeToLive(of id: Int64) async throws(EtcdError) -> (left: Int64, granted: Int64)? {
        let (answer, _): (TimeToLiveAnswer, _) = try await call(
            "/v3/lease/timetolive", LeaseRequest(ID: WireInt64(id)), effect: .read, operation: "time to live of a lease"
        )
        let left = answer.TTL?.value ?? 0
        return left < 0 ? nil : (left, answer.grantedTTL?.value ?? 0)
    }
}
