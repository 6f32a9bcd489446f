/// In which order endpoints are asked. Pure.
///
/// The one that answered last goes first, and one that has just failed goes last.
struct EndpointOrder<Instant: InstantProtocol> where Instant.Duration == Duration {
    /// For so long one that failed is asked after the others.
    static var disgrace: Duration { .seconds(10) }

    private var preferred: EtcdEndpoint?
    private var failures: [EtcdEndpoint: Instant] = [:]

    /// The endpoints in the order in which they are to be asked.
    ///
    /// - Parameter last: the name of one to ask only when no other answers.
    func order(of endpoints: [EtcdEndpoint], last: EtcdEndpoint? = nil, now: Instant) -> [EtcdEndpoint] {
        let first = preferred.flatMap(endpoints.firstIndex) ?? 0
        let rotated = Array(endpoints[first...] + endpoints[..<first])
        let failed = rotated.filter { failures[$0].map { $0.duration(to: now) < Self.disgrace } ?? false }
        let ordered =
            rotated.filter { !failed.contains($0) }
            + failed.sorted { (failures[$0] ?? now) < (failures[$1] ?? now) }
        return ordered.filter { $0.named != last?.named } + ordered.filter { $0.named == last?.named }
    }

    /// - Parameter isChoice: whether it is to be asked first from now on.
    mutating func answered(_ endpoint: EtcdEndpoint, isChoice: Bool) {
        failures[endpoint] = nil
        if isChoice { preferred = endpoint }
    }

    mutating func failed(_ endpoint: EtcdEndpoint, now: Instant) { failures[endpoint] = now }
}
