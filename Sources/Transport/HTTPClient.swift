internal import CCurl
internal import Surroundings
internal import Synchronization

/// HTTP/1.1 over the system's libcurl, with connections that are kept for a few seconds.
///
/// One thread owns libcurl; requests and cancellations reach it through a mailbox. Redirects are not followed and no
/// proxy is used, whatever the environment says. Call ``shutdown()`` when done: it aborts what still runs and ends the
/// thread.
package final class HTTPClient: HTTPTransport {
    private let thread: CurlThread
    private let names: NameDirectory
    private let largeAnswers = LargeAnswers()
    /// The files that were found good, as they were then: renewed ones are checked again. libcurl itself reads them anew
    /// for each connection.
    private let checkedFiles = Mutex<[TLSSettings: TLSFiles.Stamp]>([:])
    /// The pinned fingerprints of each host. libcurl does not compare pins when it reuses a connection, so a host has one set.
    private let pins = Mutex<[String: Set<SHA256Fingerprint>]>([:])

    /// Has libcurl loaded on a thread of its own, for a program that will need it and has other things to do first.
    package static func prepare() {
        // Where there can be no thread, the first client loads it, and says what is wrong.
        try? SystemThread.startDetached { _ = pkeyd_load_curl() }
    }

    package convenience init() throws(TransportError) {
        try self.init(names: NameDirectory())
    }

    /// - Parameter hiddenOptions: options of libcurl that are to be taken for unknown to it, as they are to an older one.
    init(names: NameDirectory, hiding hiddenOptions: Set<UInt32> = []) throws(TransportError) {
        thread = try CurlThread(hiding: hiddenOptions)
        self.names = names
    }

    /// Aborts every transfer (each throws `cancelled`) and waits for the thread's end; later requests throw `cancelled`.
    package func shutdown() {
        thread.stop()
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        var body = WholeBody()
        let head = try await send(request, to: &body)
        return HTTPResponse(head: head, body: body.bytes)
    }

    package func send(
        _ request: HTTPRequest, to reader: inout some BodyReader
    ) async throws(TransportError) -> HTTPResponseHead {
        let (transfer, head) = try await begin(request)
        var bytes = 0
        while let piece = try await transfer.pipe.next(orCancel: transfer) {
            bytes += piece.count
            guard bytes <= request.bodyLimit else {
                transfer.cancel()
                throw .answerTooLarge(host: request.host, part: .body, limit: request.bodyLimit)
            }
            reader.take(piece, of: head)
        }
        largeAnswers.took(bytes: bytes)
        return head
    }

    package func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        let (transfer, head) = try await begin(request)
        return HTTPStream(head: head) { () async throws(TransportError) in
            try await transfer.pipe.next(orCancel: transfer)
        }
    }

    /// Sends a request and waits for the head of its answer.
    private func begin(
        _ request: HTTPRequest
    ) async throws(TransportError) -> (TransferHandle, HTTPResponseHead) {
        largeAnswers.giveBack()
        guard request.url.hasPrefix("http://") || request.url.hasPrefix("https://"), !request.host.isEmpty else {
            throw .invalidRequest("\(request.url): not an http:// or https:// URL")
        }
        if request.url.hasPrefix("https://") { try check(request.tls, host: request.host) }
        let server = ServerNameAndPort(ofURL: request.url)
        let transfer = thread.start(
            request, at: request.address == nil ? try await addresses(of: server, for: request) : nil)
        do throws(TransportError) {
            return (transfer, try await transfer.pipe.awaitHead(orCancel: transfer))
        } catch {
            // It may have moved.
            if let server, error.nothingWasSent || error.isTimeout { names.doubt(server) }
            throw error
        }
    }

    package func hasName(_ url: String) -> Bool { ServerNameAndPort(ofURL: url) != nil }

    package func addresses(of url: String) async -> [String] {
        guard let server = ServerNameAndPort(ofURL: url) else { return [] }
        do throws(NameDirectory.Failure) {
            return try await names.addresses(of: server, within: .seconds(2)).addresses
        } catch {
            return []
        }
    }

    /// Where the server is; nil where its URL says so itself.
    private func addresses(
        of server: ServerNameAndPort?, for request: HTTPRequest
    ) async throws(TransportError) -> ServerAddresses? {
        guard let server else { return nil }
        let limit = min(request.connectTimeout, request.totalTimeout ?? request.connectTimeout)
        do throws(NameDirectory.Failure) {
            return try await names.addresses(of: server, within: limit)
        } catch {
            if Task.isCancelled { throw .cancelled }
            switch error {
            case .noSuchName, .noAnswer: throw .cannotResolve(host: request.host)
            case .late: throw .timedOut(host: request.host, after: limit, sent: false)
            }
        }
    }

    private func check(_ tls: TLSSettings, host: String) throws(TransportError) {
        let stamp = TLSFiles.Stamp(tls)
        if checkedFiles.withLock({ $0[tls] }) != stamp {
            try TLSFiles.check(tls)
            checkedFiles.withLock { $0[tls] = stamp }
        }
        guard case .fingerprints(let pin) = tls.verification else { return }
        let pinned = pins.withLock { pins in
            pins[host] = pins[host] ?? pin
            return pins[host]
        }
        guard pinned == pin else {
            throw .invalidRequest("\(host): two different certificate fingerprints for one host")
        }
    }
}

/// Gathers a body.
private struct WholeBody: BodyReader {
    var bytes: [UInt8] = []

    mutating func take(_ piece: [UInt8], of head: HTTPResponseHead) {
        if bytes.isEmpty { bytes = piece } else { bytes += piece }
    }
}

extension HTTPRequest {
    /// `host:port` as written in the URL, for messages.
    var host: String {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        return String(url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }
}
