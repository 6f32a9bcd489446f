package import EtcdGateway
import Transport
import UFMClient

/// Looks at the servers' certificates from time to time, and warns of those that end soon.
package struct CertificateWatch<Time: Clock<Duration>>: Sendable {
    private let look: @Sendable () async -> [SeenCertificate]
    private let clock: Time
    private let epoch: @Sendable () -> Int
    private let warn: @Sendable (String) -> Void

    /// - Parameters:
    ///   - clock: what wakes it, each hour.
    ///   - epoch: what says how many seconds have passed since 1970.
    ///   - look: shows the certificates of those who answer.
    package init(
        clock: Time, epoch: @escaping @Sendable () -> Int,
        look: @escaping @Sendable () async -> [SeenCertificate], warn: @escaping @Sendable (String) -> Void
    ) {
        self.clock = clock
        self.epoch = epoch
        self.warn = warn
        self.look = look
    }

    /// Goes on until its task is cancelled.
    package func run() async {
        var ends = CertificateEnds()
        while !Task.isCancelled {
            for warning in ends.warnings(await look(), now: epoch()) { warn(warning) }
            guard (try? await clock.sleep(for: .seconds(3_600))) != nil else { return }
        }
    }
}

extension SeenCertificate {
    init(_ certificate: ServerCertificate, of server: String) {
        self.init(server: server, expiry: certificate.expiry, expiryText: certificate.expiryText)
    }
}

extension TLSSettings {
    /// Our own certificate, if we have one.
    fileprivate var seen: [SeenCertificate] {
        ownCertificate.map {
            [SeenCertificate(server: "this daemon (\($0.path))", expiry: $0.expiry, expiryText: $0.expiryText)]
        } ?? []
    }
}

extension UFMFabric {
    /// The certificates of UFM's hosts, as far as they answer, and the one that we show them.
    package func certificates() async -> [SeenCertificate] {
        let client = client
        return await client.certificates().map { SeenCertificate($0.certificate, of: "UFM at \($0.server)") }
            + client.configuration.tls.seen
    }
}

extension EtcdClient {
    /// The certificates of etcd's members, as far as they answer, and the one that we show them.
    package func seenCertificates() async -> [SeenCertificate] {
        await certificates().map { SeenCertificate($0.certificate, of: "etcd at \($0.endpoint.url)") }
            + configuration.tls.seen
    }
}
