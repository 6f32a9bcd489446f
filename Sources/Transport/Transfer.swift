internal import CCurl

/// One request on its way: libcurl's easy handle and what its callbacks need. Lives on the libcurl thread.
final class Transfer {
    let easy: UnsafeMutableRawPointer
    let pipe: BodyPipe
    private let request: HTTPRequest
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var bodyOffset = 0
    private var wasRepetitionRefused = false
    private var head = HeadParser()
    private let pin: CertificatePin?

    init(_ request: HTTPRequest, pipe: BodyPipe) throws(TransportError) {
        guard let easy = curl_easy_init() else { throw .invalidRequest("libcurl could not make a handle") }
        self.easy = easy
        self.request = request
        self.pipe = pipe
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        if case .fingerprint(let fingerprint) = request.tls.verification {
            pin = CertificatePin.of(fingerprint)
        } else {
            pin = nil
        }
        setCallbacks()
        setRequest()
        setTLS()
    }

    /// Frees libcurl's handle; called once, after it left the multi handle.
    func close() {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    func resume() {
        curl_easy_pause(easy, pkeyd_pause_continue)
    }

    func outcome(of code: CURLcode) -> Result<Void, TransportError> {
        guard code != CURLE_OK else { return .success(()) }
        // With a body, libcurl finds that it cannot rewind it before it asks whether it may send once more.
        let isClosed = wasRepetitionRefused || code == CURLE_SEND_FAIL_REWIND
        let text = isClosed ? "closed without an answer" : String(cString: errorText)
        return .failure(
            CurlFailure(code: code, text: text, easy: easy, request: request, seenPin: pin?.lastMismatch).error)
    }

    // MARK: Options

    private func setCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        pkeyd_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        pkeyd_setopt_pointer(easy, CURLOPT_WRITEDATA, context)
        pkeyd_setopt_pointer(easy, CURLOPT_HEADERDATA, context)
        pkeyd_setopt_pointer(easy, CURLOPT_READDATA, context)
        pkeyd_setopt_data_callback(easy, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            Transfer.of(context)?.received(UnsafeRawBufferPointer(start: data, count: size * count)) ?? 0
        }
        pkeyd_setopt_data_callback(easy, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            Transfer.of(context)?.receivedHeader(UnsafeRawBufferPointer(start: data, count: size * count))
            return size * count
        }
        pkeyd_setopt_data_callback(easy, CURLOPT_READFUNCTION) { data, size, count, context in
            Transfer.of(context)?.fill(UnsafeMutableRawBufferPointer(start: data, count: size * count))
                ?? pkeyd_read_aborted
        }
        pkeyd_setopt_pointer(easy, CURLOPT_PREREQDATA, context)
        pkeyd_setopt_prereq_callback(easy) { context, _, _, _, _ in
            Transfer.of(context)?.maySend() == false ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK
        }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    private func setRequest() {
        pkeyd_setopt_string(easy, CURLOPT_URL, request.url)
        pkeyd_setopt_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        pkeyd_setopt_string(easy, CURLOPT_PROXY, "")
        pkeyd_setopt_long(easy, CURLOPT_NOSIGNAL, 1)
        pkeyd_setopt_long(easy, CURLOPT_QUICK_EXIT, 1)
        pkeyd_setopt_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        pkeyd_setopt_long(easy, CURLOPT_TCP_KEEPIDLE, 15)
        pkeyd_setopt_long(easy, CURLOPT_TCP_KEEPINTVL, 5)
        pkeyd_setopt_long(
            easy, CURLOPT_HTTP_VERSION,
            request.version == .http11 ? Int(CURL_HTTP_VERSION_1_1) : Int(CURL_HTTP_VERSION_2TLS))
        pkeyd_setopt_long(easy, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
        if let total = request.totalTimeout {
            pkeyd_setopt_long(easy, CURLOPT_TIMEOUT_MS, total.wholeMilliseconds)
        }
        setMethodAndBody()
        setHeaders()
    }

    private func setMethodAndBody() {
        if let body = request.body {
            pkeyd_setopt_long(easy, CURLOPT_POST, 1)
            pkeyd_setopt_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        }
        pkeyd_setopt_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    private func setHeaders() {
        let names = Set(request.headers.map { $0.name.lowercased() })
        // Without `Accept`, etcd's gateway would run the request as the user its own certificate names.
        if !names.contains("accept") { append(header: "Accept: application/json") }
        if request.body != nil, !names.contains("content-type") { append(header: "Content-Type: application/json") }
        // An empty value stops libcurl from waiting for `100 Continue` before a large body.
        append(header: "Expect:")
        for header in request.headers { append(header: "\(header.name): \(header.value)") }
        pkeyd_setopt_pointer(easy, CURLOPT_HTTPHEADER, headerList)
    }

    private func append(header line: String) {
        headerList = curl_slist_append(headerList, line) ?? headerList
    }

    private func setTLS() {
        let tls = request.tls
        pkeyd_setopt_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        switch tls.verification {
        case .authority(let caFile):
            if let caFile {
                pkeyd_setopt_string(easy, CURLOPT_CAINFO, caFile)
                // A file that an administrator replaces counts from the next connection on, not in a day's time.
                pkeyd_setopt_long(easy, CURLOPT_CA_CACHE_TIMEOUT, 0)
                pkeyd_setopt_string(easy, CURLOPT_CAPATH, nil)
            }
        case .fingerprint:
            pkeyd_setopt_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
            pin?.install(on: easy)
        case .none:
            pkeyd_setopt_long(easy, CURLOPT_SSL_VERIFYHOST, 0)
            pkeyd_setopt_long(easy, CURLOPT_SSL_VERIFYPEER, 0)
        }
        if let certificateFile = tls.certificateFile {
            pkeyd_setopt_string(easy, CURLOPT_SSLCERT, certificateFile)
            pkeyd_setopt_string(easy, CURLOPT_SSLKEY, tls.keyFile ?? certificateFile)
        }
    }

    // MARK: Callbacks

    /// When a reused connection dies without an answer, libcurl repeats the request by itself. What may have changed
    /// something is not sent twice: the loss is reported, and the caller decides.
    private func maySend() -> Bool {
        var sent = 0
        pkeyd_getinfo_long(easy, CURLINFO_REQUEST_SIZE, &sent)
        wasRepetitionRefused = sent > 0 && request.method != .get
        return !wasRepetitionRefused
    }

    private func received(_ bytes: UnsafeRawBufferPointer) -> Int {
        pipe.offer(bytes) ? bytes.count : pkeyd_write_paused
    }

    private func receivedHeader(_ line: UnsafeRawBufferPointer) {
        guard var head = head.consume(line) else { return }
        if request.reportsCertificate { head.certificate = ServerCertificate(shownTo: easy) }
        pipe.offer(head: head)
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let body = request.body else { return 0 }
        let count = min(buffer.count, body.count - bodyOffset)
        buffer.copyBytes(from: body[bodyOffset..<bodyOffset + count])
        bodyOffset += count
        return count
    }
}

extension Duration {
    /// Rounded up, at least 1: zero would mean "no limit" to libcurl.
    fileprivate var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
