/// Why no complete HTTP answer arrived. The texts name the host or file, never a header or body.
package enum TransportError: Error, Equatable, Sendable {
    /// The URL or a setting cannot be used; nothing was tried.
    case invalidRequest(String)
    /// A certificate, key or CA file cannot be used; nothing was tried.
    case credentialFile(path: String, reason: String)
    case cannotResolve(host: String)
    case cannotConnect(host: String, reason: String)
    /// TLS could not be agreed, for a reason other than the server's certificate.
    case tlsFailed(host: String, reason: String)
    /// The server's certificate was not accepted.
    case untrustedCertificate(host: String, reason: String)
    case timedOut(host: String, after: Duration, sent: Bool)
    /// The connection broke, or the answer was not HTTP, before the answer was complete.
    case connectionLost(host: String, reason: String, sent: Bool)
    case bodyTooLarge(host: String, limit: Int)
    /// The calling task was cancelled; whether the server acted is unknown.
    case cancelled

    /// Whether the request certainly never reached the server, so that repeating it is always safe.
    package var nothingWasSent: Bool {
        switch self {
        case .invalidRequest, .credentialFile, .cannotResolve, .cannotConnect, .untrustedCertificate: true
        // With TLS 1.3 a server may refuse a client certificate after the first request bytes: it then read none of it.
        case .tlsFailed: true
        case .timedOut(_, _, let sent), .connectionLost(_, _, let sent): !sent
        case .bodyTooLarge, .cancelled: false
        }
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidRequest(let reason): reason
        case .credentialFile(let path, let reason): "\(path): \(reason)"
        case .cannotResolve(let host): "\(host): host name not found"
        case .cannotConnect(let host, let reason): "\(host): cannot connect: \(reason)"
        case .tlsFailed(let host, let reason): "\(host): TLS failed: \(reason)"
        case .untrustedCertificate(let host, let reason): "\(host): certificate not accepted: \(reason)"
        case .timedOut(let host, let after, _): "\(host): no answer within \(Self.seconds(after))"
        case .connectionLost(let host, let reason, _): "\(host): connection lost: \(reason)"
        case .bodyTooLarge(let host, let limit): "\(host): answer larger than \(limit) bytes"
        case .cancelled: "cancelled"
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    }
}
