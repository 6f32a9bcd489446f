package import Transport

/// A sign of life of UFM.
package struct UFMSignOfLife: Sendable {
    /// Its release.
    package let version: UFMVersion
    /// From the request to the end of the answer, a new connection included.
    package let latency: Duration
    /// How we showed who we are: `basic`, `token` or `client certificate`.
    package let authentication: String
    /// `https://host[:port]` of the server that answered.
    package let server: String
    /// The certificate it showed; nil over plain HTTP.
    package let certificate: ServerCertificate?
}

extension UFMClient {
    /// Asks the server in use for its version, and tells how that went.
    package func ping() async throws(UFMError) -> UFMSignOfLife {
        var call = Call.version
        call.reportsCertificate = true
        let answer = try await perform(call)
        return UFMSignOfLife(
            version: try version(in: answer), latency: answer.duration,
            authentication: configuration.credentials.kind, server: answer.exchange.server,
            certificate: answer.response.head.certificate)
    }
}
