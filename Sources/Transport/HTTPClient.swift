internal import Synchronization

/// HTTP over the system's libcurl: keep-alive, connection reuse, HTTP/2 where a TLS server offers it.
///
/// One thread owns libcurl; requests and cancellations reach it through a mailbox. Redirects are not followed and no
/// proxy is used, whatever the environment says. Call ``shutdown()`` when done: it aborts what still runs and ends the
/// thread.
package final class HTTPClient: HTTPTransport {
    private let thread: CurlThread
    /// The files that were found good, as they were then: renewed ones are checked again. libcurl itself reads them anew
    /// for each connection.
    private let checkedFiles = Mutex<[TLSSettings: TLSFiles.Stamp]>([:])
    /// The pinned fingerprint of each host. libcurl does not compare pins when it reuses a connection, so a host has one.
    private let pins = Mutex<[String: SHA256Fingerprint]>([:])

    package init() throws(TransportError) {
        thread = try CurlThread()
    }

    /// Aborts every transfer (each throws `cancelled`) and waits for the thread's end; later requests throw `cancelled`.
    package func shutdown() {
        thread.stop()
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let transfer = try open(request)
        let head = try await transfer.pipe.awaitHead(orCancel: transfer)
        var body: [UInt8] = []
        while let piece = try await transfer.pipe.next(orCancel: transfer) {
            guard body.count + piece.count <= request.bodyLimit else {
                transfer.cancel()
                throw .bodyTooLarge(host: request.host, limit: request.bodyLimit)
            }
            body.append(contentsOf: piece)
        }
        return HTTPResponse(head: head, body: body)
    }

    package func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        let transfer = try open(request)
        let head = try await transfer.pipe.awaitHead(orCancel: transfer)
        return HTTPStream(head: head) { () async throws(TransportError) in
            try await transfer.pipe.next(orCancel: transfer)
        }
    }

    private func open(_ request: HTTPRequest) throws(TransportError) -> TransferHandle {
        guard request.url.hasPrefix("http://") || request.url.hasPrefix("https://"), !request.host.isEmpty else {
            throw .invalidRequest("\(request.url): not an http:// or https:// URL")
        }
        if request.url.hasPrefix("https://") { try check(request.tls, host: request.host) }
        return thread.start(request)
    }

    private func check(_ tls: TLSSettings, host: String) throws(TransportError) {
        let stamp = TLSFiles.Stamp(tls)
        if checkedFiles.withLock({ $0[tls] }) != stamp {
            try TLSFiles.check(tls)
            checkedFiles.withLock { $0[tls] = stamp }
        }
        guard case .fingerprint(let pin) = tls.verification else { return }
        let pinned = pins.withLock { pins in
            pins[host] = pins[host] ?? pin
            return pins[host]
        }
        guard pinned == pin else {
            throw .invalidRequest("\(host): two different certificate fingerprints for one host")
        }
    }
}

extension HTTPRequest {
    /// `host:port` as written in the URL, for messages.
    var host: String {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        return String(url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }
}
