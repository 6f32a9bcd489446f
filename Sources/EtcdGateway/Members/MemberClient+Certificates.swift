package import Transport

extension MemberClient {
    /// The certificates that the members show, as far as they answer and speak TLS. Nothing of ours is sent.
    package func certificates() async -> [(endpoint: EtcdEndpoint, certificate: ServerCertificate)] {
        var found: [(endpoint: EtcdEndpoint, certificate: ServerCertificate)] = []
        for endpoint in configuration.endpoints where endpoint.scheme == .https {
            // All addresses of a name are one server to whoever renews its certificate.
            guard !found.contains(where: { $0.endpoint.named == endpoint.named }) else { continue }
            var request = HTTPRequest(
                .get, endpoint.url + "/version", tls: configuration.tls, connectTimeout: .seconds(2),
                totalTimeout: .seconds(10))
            request.reportsCertificate = true
            guard let certificate = try? await transport.send(request).head.certificate else { continue }
            found.append((endpoint, certificate))
        }
        return found
    }
}
