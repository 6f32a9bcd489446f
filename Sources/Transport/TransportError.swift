/// Why no complete HTTP answer arrived. The texts name the host or file, never a header or body.
package enum TransportError: Error, Equatable, Sendable {
    /// The URL or a setting cannot be used; nothing was tried.
    case invalidRequest(String)
    /// A certificate, key or CA file cannot be used; nothing was tried.
    case credentialFile(path: String, reason: String)
    case cannotResolve(host: String)
    case cannotConnect(host: String, reason: String)
    /// TLS could not be agreed, for a reason other than the server's certificate.
    case tlsFailed(host: String, reason: String, sent: Bool)
    /// The server's certificate was not accepted.
    case untrustedCertificate(host: String, reason: String)
    case timedOut(host: String, after: Duration, sent: Bool)
    /// The connection broke, or the answer was not HTTP, before the answer was complete.
    case connectionLost(host: String, reason: String, sent: Bool)
    /// A part of the answer is larger than what we are ready to hold.
    case answerTooLarge(host: String, part: AnswerPart, limit: Int)
    /// The lease under which it was to be sent had run out, or ran out while it was on its way.
    case leaseEnded(host: String, sent: Bool)
    /// The calling task was cancelled; whether the server acted is unknown.
    case cancelled

    /// What is said of a connection on which not one byte came back.
    static let emptyReply = "Empty reply from server"

    /// Whether the server took the request and closed the connection without a word.
    package var isEmptyReply: Bool {
        if case .connectionLost(_, Self.emptyReply, true) = self { true } else { false }
    }

    package var isTimeout: Bool {
        if case .timedOut = self { true } else { false }
    }

    /// What a server says without TLS that speaks TLS there.
    package static func withoutTLS(host: String) -> TransportError {
        .tlsFailed(host: host, reason: "asked without TLS, which is spoken there", sent: false)
    }

    /// Whether the request certainly never reached the server, so that repeating it is always safe.
    package var nothingWasSent: Bool {
        switch self {
        case .invalidRequest, .credentialFile, .cannotResolve, .cannotConnect, .untrustedCertificate: true
        case .tlsFailed(_, _, let sent): !sent
        case .timedOut(_, _, let sent), .connectionLost(_, _, let sent), .leaseEnded(_, let sent): !sent
        case .answerTooLarge, .cancelled: false
        }
    }
}

/// What of an answer has a limit of its own.
package enum AnswerPart: String, Sendable {
    case body
    /// All header lines together: interim answers' and those behind the body too.
    case headers
    /// What wraps the body: sizes and extensions of chunks.
    case framing
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidRequest, .cancelled: reason
        case .credentialFile(let path, _): "\(path): \(reason)"
        case .cannotResolve(let host), .cannotConnect(let host, _), .tlsFailed(let host, _, _),
            .untrustedCertificate(let host, _), .timedOut(let host, _, _), .connectionLost(let host, _, _),
            .answerTooLarge(let host, _, _), .leaseEnded(let host, _):
            "\(host): \(reason)"
        }
    }

    /// What happened, without the host or file; for messages that name those already.
    package var reason: String {
        switch self {
        case .invalidRequest(let reason), .credentialFile(_, let reason): reason
        case .cannotResolve: "host name not found"
        case .cannotConnect(_, let reason): "cannot connect: \(reason)"
        case .tlsFailed(_, let reason, _): "TLS failed: \(reason)"
        case .untrustedCertificate(_, let reason): "certificate not accepted: \(reason)"
        case .timedOut(_, let after, _): "no answer within \(Self.seconds(after))"
        case .connectionLost(_, let reason, _): "connection lost: \(reason)"
        case .answerTooLarge(_, .body, let limit): "answer larger than \(limit) bytes"
        case .answerTooLarge(_, let part, let limit): "\(part.rawValue) of the answer larger than \(limit) bytes"
        case .leaseEnded(_, let sent):
            sent ? "aborted: our right to write has run out" : "not sent: our right to write has run out"
        case .cancelled: "cancelled"
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    }
}
