internal import CCurl

/// One attempt at a request: libcurl's easy handle and what its callbacks need. Lives on the libcurl thread.
final class Transfer {
    /// How a request is tried.
    struct Attempt {
        /// When the request was begun: a later attempt has what is left of its time.
        let begun: ContinuousClock.Instant
        /// Whether it must not go over a kept connection.
        var needsNewConnection = false
        /// Whether the server may have seen the request before.
        var isRepetition = false
    }

    /// What an attempt came to.
    enum Outcome {
        case end(Result<Void, TransportError>)
        /// The same request is to be sent over a new connection; the server may have seen it, and that does no harm.
        case repeatOnNewConnection
        /// The same, and nothing was sent.
        case beginOnNewConnection
    }

    /// Why we stopped libcurl.
    private enum Refusal {
        /// It was about to send the request a second time.
        case repetition
        /// The kept connection has something to read that is no answer to this request.
        case unreadBytes
        /// The server says that it waited in vain on a kept connection: that is no answer to a request just sent.
        case lateTimeout
        case headersTooLarge
        /// The lease had run out when the connection stood.
        case leaseOver
    }

    /// The most bytes of header lines in one answer.
    static let headerLimit = 256 << 10
    /// The most bytes that an answer may have beside its headers and body, and as many for each byte of these.
    static let framingLimit = (bytes: 64 << 20, perByte: 8)

    let easy: EasyHandle
    let request: HTTPRequest
    let attempt: Attempt
    let pipe: BodyPipe
    let pin: CertificatePin?
    let errorText: UnsafeMutablePointer<CChar>
    var headerList: UnsafeMutablePointer<curl_slist>?
    var addressList: UnsafeMutablePointer<curl_slist>?
    let sockets: ConnectionSockets
    private var bodyOffset = 0
    private var headerBytes = 0
    private var bodyBytes = 0
    /// The connection, where libcurl tells us, and what it had received before this request.
    private var connection: (socket: Int32, receivedBefore: UInt64)?
    private var refusal: Refusal?
    private var head = HeadParser()
    private var isOnKeptConnection = false
    /// The status of the answer, once its head is there.
    private(set) var status: Int?
    /// Whether the pipe has been offered what its reader may not have heard of.
    private var hasNews = false

    init(
        _ request: HTTPRequest, _ attempt: Attempt, addresses: ServerAddresses?, pipe: BodyPipe,
        sockets: ConnectionSockets, hiding hidden: Set<UInt32>
    ) throws(TransportError) {
        easy = try EasyHandle(hiding: hidden)
        self.request = request
        self.attempt = attempt
        self.pipe = pipe
        self.sockets = sockets
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        if case .fingerprints(let fingerprints) = request.tls.verification {
            pin = CertificatePin.of(fingerprints)
        } else {
            pin = nil
        }
        do throws(TransportError) {
            try setOptions(addresses)
        } catch {
            close()
            throw error
        }
    }

    /// Frees libcurl's handle; called once, after it left the multi handle.
    func close() {
        easy.free()
        pkeyd_slist_free_all(headerList)
        pkeyd_slist_free_all(addressList)
        errorText.deallocate()
    }

    func resume() {
        pkeyd_easy_pause(easy.pointer, pkeyd_pause_continue)
    }

    // MARK: What became of it

    /// Whether a byte of an answer has come.
    var hasAnswer: Bool { headerBytes > 0 }

    /// Whether it went over a connection that was kept from an earlier request. Known once it is sent.
    var usesKeptConnection: Bool {
        isOnKeptConnection || easy.number(CURLINFO_REQUEST_SIZE) > 0 && easy.number(CURLINFO_NUM_CONNECTS) == 0
    }

    /// Whether the answer says that whoever gave it is not well, so that another connection may lead to somebody who is.
    var answererIsUnwell: Bool { status.map(Self.isUnwell) ?? false }

    /// The error of an answer that consists of wrapping, such as chunks whose extensions never end: libcurl takes them for
    /// as long as they come, and nobody else sees them.
    var framingError: TransportError? {
        guard let connection, let received = ConnectionSockets.bytesReceived(connection.socket) else { return nil }
        let content = headerBytes + bodyBytes
        let most = Self.framingLimit.bytes + Self.framingLimit.perByte * content
        guard received > connection.receivedBefore + UInt64(most) else { return nil }
        return .answerTooLarge(host: request.host, part: .framing, limit: Self.framingLimit.bytes)
    }

    /// Whether its lease has run out, so that libcurl must not be let send for it.
    var isLeaseOver: Bool { request.lease?.hasRunOut ?? false }

    /// When its lease is to be looked at again; nil where it has none that ends. Nobody tells when a lease is moved, so that
    /// it is soon.
    func leaseDue(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        request.lease?.remaining.map { now.advanced(by: min($0, .milliseconds(250))) }
    }

    /// The error of a transfer whose lease has run out.
    var leaseEnded: TransportError {
        .leaseEnded(host: request.host, sent: attempt.isRepetition || easy.number(CURLINFO_REQUEST_SIZE) > 0)
    }

    /// Whether it waits in vain on a kept connection, and may be asked again elsewhere.
    var mayBeRepeatedForSilence: Bool { mayBeRepeated && !hasAnswer && usesKeptConnection }

    private var mayBeRepeated: Bool { request.isRepeatable && !attempt.isRepetition }

    func outcome(of code: CURLcode) -> Outcome {
        guard code != CURLE_OK else { return .end(.success(())) }
        switch refusal {
        case .unreadBytes: return .beginOnNewConnection
        case .lateTimeout: return .repeatOnNewConnection
        case .headersTooLarge:
            return .end(.failure(.answerTooLarge(host: request.host, part: .headers, limit: Self.headerLimit)))
        case .leaseOver: return .end(.failure(leaseEnded))
        case .repetition, nil: break
        }
        // With a body, libcurl finds that it cannot rewind it before it asks whether it may send once more.
        let isClosed = refusal == .repetition || code == CURLE_SEND_FAIL_REWIND
        if mayBeRepeated, !hasAnswer, isClosed || usesKeptConnection && Self.isLoss(code) {
            return .repeatOnNewConnection
        }
        let text = isClosed ? "closed without an answer" : String(cString: errorText)
        // libcurl's word for one trailer line of more than 4 KiB.
        if text.hasPrefix("Out of memory in chunked") {
            return .end(.failure(.answerTooLarge(host: request.host, part: .headers, limit: 4_096)))
        }
        return .end(
            .failure(
                CurlFailure(code: code, text: text, easy: easy, request: request, seenPin: pin?.lastMismatch).error)
        )
    }

    private static func isLoss(_ code: CURLcode) -> Bool {
        code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR
    }

    private static func isUnwell(_ status: Int) -> Bool {
        status >= 500 || status == 429 || status == 408
    }

    // MARK: Callbacks

    static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    func opened(_ socket: Int32) {
        sockets.opened(socket, lossLimit: request.lossLimit)
    }

    /// Asked when a connection stands and nothing has been sent over it for this request.
    ///
    /// When a reused connection dies without an answer, libcurl repeats the request by itself. What may have changed
    /// something is not sent twice: the loss is reported, and the caller decides.
    func maySend(from localPort: Int) -> Bool {
        guard easy.number(CURLINFO_REQUEST_SIZE) == 0 else { return refuse(.repetition) }
        guard !isLeaseOver else { return refuse(.leaseOver) }
        isOnKeptConnection = easy.number(CURLINFO_NUM_CONNECTS) == 0
        guard let socket = sockets.socket(localPort: localPort) else { return true }
        if isOnKeptConnection, ConnectionSockets.hasUnread(socket) { return refuse(.unreadBytes) }
        connection = ConnectionSockets.bytesReceived(socket).map { (socket, receivedBefore: $0) }
        return true
    }

    /// Refuses to send over the connection that stands, which libcurl would keep otherwise.
    private func refuse(_ refusal: Refusal) -> Bool {
        forbidReuse()
        self.refusal = refusal
        return false
    }

    /// Lets the reader know what has come.
    func announce() {
        guard hasNews else { return }
        hasNews = false
        pipe.announce()
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> Int {
        hasNews = true
        guard pipe.offer(bytes) else { return pkeyd_write_paused }
        bodyBytes += bytes.count
        return bytes.count
    }

    /// Returns whether to go on.
    func receivedHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.headerLimit else {
            refusal = .headersTooLarge
            return false
        }
        guard var head = head.consume(line) else { return true }
        status = head.status
        if answererIsUnwell { forbidReuse() }
        if head.status == 408, mayBeRepeated, usesKeptConnection {
            refusal = .lateTimeout
            return false
        }
        if request.reportsCertificate { head.certificate = ServerCertificate(shownTo: easy.pointer) }
        hasNews = true
        pipe.offer(head: head)
        return true
    }

    func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let body = request.body else { return 0 }
        let count = min(buffer.count, body.count - bodyOffset)
        buffer.copyBytes(from: body[bodyOffset..<bodyOffset + count])
        bodyOffset += count
        return count
    }

    private func forbidReuse() {
        // Known to every libcurl; were it refused, the next request would only be answered in the same way.
        _ = pkeyd_setopt_long(easy.pointer, CURLOPT_FORBID_REUSE, 1)
    }
}
