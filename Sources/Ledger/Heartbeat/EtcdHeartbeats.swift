package import EtcdGateway
import JSONText
import KeyHistory
package import Reconciler
import Synchronization

/// Heartbeats in etcd: `/surf-ufm-pkeyd/<fabric>/alive/<host>-<pid>`, each with a lease. Who was heard last stands in
/// `…/heard`, which has none.
package final class EtcdHeartbeats: HeartbeatBoard {
    /// How long one stands whose daemon is silent, in seconds.
    static let timeToLive: Int64 = 30

    private let client: EtcdClient
    private let prefix: KeyName
    private let heard: KeyName
    private let etcd: EtcdCall
    /// The lease of ours.
    private let lease = Mutex(Own())

    private struct Own {
        /// The last that was granted: whoever ends before his first heartbeat is answered takes it away all the same.
        var granted: Int64?
        /// Whether ours is known to stand under it.
        var isWritten = false

        var standing: Int64? { isWritten ? granted : nil }
    }

    package init(_ client: EtcdClient, fabric: String, advice: @escaping Failure.Advice = { _ in nil }) {
        self.client = client
        prefix = KeyName("/surf-ufm-pkeyd/\(fabric)/alive/")
        heard = KeyName("/surf-ufm-pkeyd/\(fabric)/heard")
        etcd = EtcdCall(advice)
    }

    package func write(_ heartbeat: Heartbeat) async throws(Failure) {
        let text = try heartbeat.json()
        let key = (prefix + heartbeat.name).bytes
        let own: Int64
        if let standing = lease.withLock({ $0.standing }) {
            own = standing
        } else {
            own = try await etcd { () async throws(EtcdError) in
                try await client.grantLease(seconds: Self.timeToLive)
            }.id
            lease.withLock { $0 = Own(granted: own) }
        }
        _ = try await etcd { () async throws(EtcdError) in try await client.put(key, text, lease: own) }
        lease.withLock { $0.isWritten = true }
    }

    package func renew() async throws(Failure) -> Bool {
        guard let standing = lease.withLock({ $0.standing }) else { return false }
        let left = try await etcd { () async throws(EtcdError) in try await client.keepAlive(standing) }
        if left == nil { lease.withLock { $0 = Own() } }
        return left != nil
    }

    package func note(_ heartbeat: Heartbeat) async throws(Failure) {
        let text: [UInt8]
        do {
            text = try JSONText.bytes(Presence.Heard(host: heartbeat.host, time: heartbeat.time))
        } catch {
            throw Failure(.malformed, "who was heard cannot be written as JSON: \(error)")
        }
        _ = try await etcd { () async throws(EtcdError) in try await client.put(heard.bytes, text) }
    }

    package func remove() async throws(Failure) {
        let own = lease.withLock { lease in
            defer { lease = Own() }
            return lease.granted
        }
        guard let own else { return }
        // Its key goes with it, unless a process of the same name has put its own there.
        try await etcd { () async throws(EtcdError) in try await client.revokeLease(own) }
    }

    package func sightings() async throws(Failure) -> [Sighting] {
        let listing = try await etcd { () async throws(EtcdError) in try await client.list(.prefix(prefix.bytes)) }
        return listing.keyValues.map {
            Sighting(name: "\(KeyName($0.key))", heartbeat: Heartbeat($0.value), created: $0.createRevision)
        }
    }

    package func lastHeard() async throws(Failure) -> Presence.Heard? {
        let found = try await etcd { () async throws(EtcdError) in try await client.get(heard.bytes) }
        return found.flatMap { try? JSONText.decode(Presence.Heard.self, from: $0.value) }
    }
}
