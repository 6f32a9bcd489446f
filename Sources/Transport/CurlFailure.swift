internal import CCurl
internal import Glibc

/// Turns libcurl's result code into our error.
struct CurlFailure {
    let code: CURLcode
    let text: String
    let easy: EasyHandle
    let request: HTTPRequest
    /// The fingerprint that a server showed instead of the pinned one.
    let seenPin: SHA256Fingerprint?

    var error: TransportError {
        let host = request.host
        return switch code {
        // The same code says that a URL cannot be opened, and that an answer is not HTTP.
        case CURLE_UNSUPPORTED_PROTOCOL where !wasSent, CURLE_URL_MALFORMAT:
            .invalidRequest("\(request.url): \(reason)")
        // A reused connection took the request and died, and libcurl could not make another: the request has left.
        case CURLE_COULDNT_CONNECT where wasSent, CURLE_COULDNT_RESOLVE_HOST where wasSent:
            .connectionLost(host: host, reason: systemReason, sent: true)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .cannotResolve(host: host)
        case CURLE_COULDNT_CONNECT: .cannotConnect(host: host, reason: systemReason)
        case CURLE_OPERATION_TIMEDOUT: timeout
        case CURLE_PEER_FAILED_VERIFICATION: .untrustedCertificate(host: host, reason: certificateReason)
        case CURLE_SSL_CONNECT_ERROR:
            seenPin == nil
                ? .tlsFailed(host: host, reason: reason, sent: wasSent)
                : .untrustedCertificate(host: host, reason: certificateReason)
        case CURLE_SSL_CACERT_BADFILE: .credentialFile(path: caFile, reason: reason)
        case CURLE_SSL_CERTPROBLEM: .credentialFile(path: request.tls.certificateFile ?? host, reason: reason)
        case CURLE_GOT_NOTHING:
            .connectionLost(host: host, reason: TransportError.emptyReply, sent: wasSent)
        // With TLS 1.3 a server says only after the handshake, and so in a read, that it wants another certificate. On a
        // new connection it has then read nothing of the request, though all of it has left.
        case CURLE_RECV_ERROR where text.contains("alert"):
            .tlsFailed(host: host, reason: reason, sent: wasSent && !isNewConnection)
        default: .connectionLost(host: host, reason: reason, sent: wasSent)
        }
    }

    private var reason: String {
        text.isEmpty ? String(cString: pkeyd_easy_strerror(code)) : text
    }

    /// The operating system's word ("Connection refused") rather than libcurl's sentence around it.
    private var systemReason: String {
        let number = easy.number(CURLINFO_OS_ERRNO)
        return number == 0 ? reason : String(cString: strerror(Int32(number)))
    }

    private var wasSent: Bool { easy.number(CURLINFO_REQUEST_SIZE) > 0 }

    private var isNewConnection: Bool { easy.number(CURLINFO_NUM_CONNECTS) > 0 }

    private var timeout: TransportError {
        guard wasSent else {
            let limit = [request.connectTimeout, request.totalTimeout ?? request.connectTimeout].min()
            return .timedOut(host: request.host, after: limit ?? request.connectTimeout, sent: false)
        }
        return .timedOut(host: request.host, after: request.totalTimeout ?? .zero, sent: true)
    }

    private var certificateReason: String {
        guard let seenPin else { return reason }
        return "its fingerprint is \(seenPin), not the pinned one\(pinCount > 1 ? ", nor any of the others" : "")"
    }

    private var pinCount: Int {
        if case .fingerprints(let pins) = request.tls.verification { pins.count } else { 0 }
    }

    private var caFile: String {
        if case .authority(let file?) = request.tls.verification { file } else { "system CA certificates" }
    }
}
