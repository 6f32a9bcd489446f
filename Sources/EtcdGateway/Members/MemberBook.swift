import Synchronization

/// What is known of the members by what they have answered.
package final class MemberBook: Sendable {
    private struct Content {
        var order = EndpointOrder<ContinuousClock.Instant>()
        var troubles = EndpointTroubles()
        var answered: [EtcdEndpoint: ContinuousClock.Instant] = [:]
        /// Those that have shown themselves to be etcd since they last failed.
        var recognised: Set<EtcdEndpoint> = []
        /// The cluster of each, by its last word.
        var clusters: [EtcdEndpoint: UInt64] = [:]
    }

    private let content = Mutex(Content())
    private let tell: @Sendable (EndpointNews) -> Void

    package init(_ tell: @escaping @Sendable (EndpointNews) -> Void) {
        self.tell = tell
    }

    /// In which order they are to be asked.
    package func order(of endpoints: [EtcdEndpoint], last: EtcdEndpoint? = nil) -> [EtcdEndpoint] {
        content.withLock { $0.order.order(of: endpoints, last: last, now: .now) }
    }

    /// - Parameter isChoice: whether it is to be asked first from now on.
    package func answered(_ endpoint: EtcdEndpoint, isChoice: Bool) {
        let news = content.withLock { content in
            content.order.answered(endpoint, isChoice: isChoice)
            content.answered[endpoint] = .now
            content.recognised.insert(endpoint)
            return content.troubles.answered(endpoint)
        }
        if let news { tell(news) }
    }

    /// An endpoint has failed in a way that is its own.
    package func failed(_ endpoint: EtcdEndpoint) {
        content.withLock { content in
            content.order.failed(endpoint, now: .now)
            content.recognised.remove(endpoint)
            content.clusters[endpoint] = nil
        }
    }

    /// Tells of endpoints that others have stood in for.
    package func tell(of errors: [EtcdError]) {
        let news = content.withLock { content in errors.compactMap { content.troubles.failed($0) } }
        for news in news { tell(news) }
    }

    /// Whether an endpoint has shown itself to be etcd, and of this cluster where it is known which is ours.
    func isRecognised(_ endpoint: EtcdEndpoint, as cluster: UInt64?) -> Bool {
        content.withLock { content in
            content.recognised.contains(endpoint) && (cluster == nil || content.clusters[endpoint] == cluster)
        }
    }

    package func note(_ cluster: UInt64, of endpoint: EtcdEndpoint) {
        content.withLock { $0.clusters[endpoint] = cluster }
    }

    func cluster(of endpoint: EtcdEndpoint) -> UInt64? { content.withLock { $0.clusters[endpoint] } }

    /// Whether one of another name has answered within a time.
    func isAnswered(byOthersThan endpoint: EtcdEndpoint, within time: Duration) -> Bool {
        content.withLock { content in
            content.answered.contains { $0.key.named != endpoint.named && $0.value.duration(to: .now) < time }
        }
    }
}
