internal import CCurl

/// What libcurl is told of a request.
extension Transfer {
    func setOptions(_ addresses: ServerAddresses?) throws(TransportError) {
        try setCallbacks()
        try setRequest()
        try setConnection(addresses)
        try setTLS()
    }

    private func setCallbacks() throws(TransportError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try easy.set(CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText))
        try easy.set(CURLOPT_WRITEDATA, context)
        try easy.set(CURLOPT_HEADERDATA, context)
        try easy.set(CURLOPT_READDATA, context)
        try easy.set(CURLOPT_WRITEFUNCTION) { data, size, count, context in
            Transfer.of(context)?.received(UnsafeRawBufferPointer(start: data, count: size * count)) ?? 0
        }
        try easy.set(CURLOPT_HEADERFUNCTION) { data, size, count, context in
            let line = UnsafeRawBufferPointer(start: data, count: size * count)
            return Transfer.of(context)?.receivedHeader(line) == false ? 0 : size * count
        }
        try easy.set(CURLOPT_READFUNCTION) { data, size, count, context in
            Transfer.of(context)?.fill(UnsafeMutableRawBufferPointer(start: data, count: size * count))
                ?? pkeyd_read_aborted
        }
    }

    private func setRequest() throws(TransportError) {
        try easy.set(CURLOPT_URL, request.url)
        try easy.set(CURLOPT_PROTOCOLS, Int(CURLPROTO_HTTP | CURLPROTO_HTTPS))
        try easy.set(CURLOPT_PROXY, "")
        try easy.set(CURLOPT_NOSIGNAL, 1)
        // Over HTTP/2 the calls to an etcd that is shutting down would hang until its watches have ended, and a stream
        // that nobody reads would hold up all others of its connection.
        try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
        if let total = request.totalTimeout {
            try easy.set(CURLOPT_TIMEOUT_MS, (total - attempt.begun.duration(to: .now)).wholeMilliseconds)
        }
        if let body = request.body {
            try easy.set(CURLOPT_POST, 1)
            try easy.set(CURLOPT_POSTFIELDSIZE_LARGE, size: body.count)
        }
        try easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        try setHeaders()
    }

    private func setHeaders() throws(TransportError) {
        let names = Set(request.headers.map { $0.name.lowercased() })
        // Without `Accept`, etcd's gateway would run the request as the user its own certificate names.
        if !names.contains("accept") { append("Accept: application/json", to: \.headerList) }
        if request.body != nil, !names.contains("content-type") {
            append("Content-Type: application/json", to: \.headerList)
        }
        // An empty value stops libcurl from waiting for `100 Continue` before a large body.
        append("Expect:", to: \.headerList)
        for header in request.headers { append("\(header.name): \(header.value)", to: \.headerList) }
        try easy.set(CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(headerList))
    }

    private func append(
        _ line: String, to list: ReferenceWritableKeyPath<Transfer, UnsafeMutablePointer<curl_slist>?>
    ) {
        self[keyPath: list] = pkeyd_slist_append(self[keyPath: list], line) ?? self[keyPath: list]
    }

    /// How connections are made, watched and kept.
    private func setConnection(_ addresses: ServerAddresses?) throws(TransportError) {
        let (context, easy) = (Unmanaged.passUnretained(self).toOpaque(), easy)
        try easy.set(CURLOPT_SOCKOPTDATA, context)
        try easy.demand(
            CURLOPT_SOCKOPTFUNCTION,
            pkeyd_setopt_sockopt_callback(easy.pointer) { context, socket, _ in
                Transfer.of(context)?.opened(socket)
                return CURL_SOCKOPT_OK
            })
        // The connection, and with it this pointer, may outlive the transfer.
        try easy.set(CURLOPT_CLOSESOCKETDATA, sockets.pointer)
        try easy.demand(
            CURLOPT_CLOSESOCKETFUNCTION,
            pkeyd_setopt_closesocket_callback(easy.pointer) { context, socket in
                ConnectionSockets.of(context)?.close(socket) ?? -1
            })
        try easy.set(CURLOPT_MAXAGE_CONN, Int(request.idleLimit.components.seconds))
        // Without it (before 7.80) a connection in constant use is kept for ever, as it always was there.
        _ = try easy.setIfKnown(CURLOPT_MAXLIFETIME_CONN) {
            pkeyd_setopt_long(easy.pointer, CURLOPT_MAXLIFETIME_CONN, 600)
        }
        // Our own look-ups make it needless; where there are none (a name that is an address) nothing can hang.
        _ = try easy.setIfKnown(CURLOPT_QUICK_EXIT) { pkeyd_setopt_long(easy.pointer, CURLOPT_QUICK_EXIT, 1) }
        if let address = request.address, let server = ServerNameAndPort(ofURL: request.url) {
            // Not a table of names: kept connections are told apart by where they lead to, and not by what was looked up.
            let host = address.contains(":") ? "[\(address)]" : address
            append("\(server.name):\(server.port):\(host):\(server.port)", to: \.addressList)
            try easy.set(CURLOPT_CONNECT_TO, UnsafeMutableRawPointer(addressList))
        } else if let addresses {
            append(addresses.curlEntry, to: \.addressList)
            try easy.set(CURLOPT_RESOLVE, UnsafeMutableRawPointer(addressList))
        }
        let asksBeforeSending = try setPrerequest(context)
        // An older libcurl repeats by itself what has no body. On a new connection there is nothing to repeat.
        let mustNotBeRepeated = !asksBeforeSending && !request.isRepeatable && (request.body ?? []).isEmpty
        if attempt.needsNewConnection || mustNotBeRepeated { try easy.set(CURLOPT_FRESH_CONNECT, 1) }
    }

    /// Has libcurl ask before it sends; false where it cannot. Such a one itself takes a kept connection with something to
    /// read for dead.
    private func setPrerequest(_ context: UnsafeMutableRawPointer) throws(TransportError) -> Bool {
        let easy = easy
        let isKnown = try easy.setIfKnown(CURLOPT_PREREQFUNCTION) {
            pkeyd_setopt_prereq_callback(easy.pointer) { context, _, _, _, localPort in
                Transfer.of(context)?.maySend(from: Int(localPort)) == false
                    ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK
            }
        }
        if isKnown { try easy.set(CURLOPT_PREREQDATA, context) }
        return isKnown
    }

    private func setTLS() throws(TransportError) {
        let (tls, easy) = (request.tls, easy)
        try easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        switch tls.verification {
        case .authority(let caFile):
            if let caFile {
                try easy.set(CURLOPT_CAINFO, caFile)
                try easy.set(CURLOPT_CAPATH, nil as String?)
                // A file that an administrator replaces counts from the next connection on, not in a day's time. Before
                // 7.87 there was nothing that remembered it.
                _ = try easy.setIfKnown(CURLOPT_CA_CACHE_TIMEOUT) {
                    pkeyd_setopt_long(easy.pointer, CURLOPT_CA_CACHE_TIMEOUT, 0)
                }
            }
        case .fingerprints:
            try easy.set(CURLOPT_SSL_VERIFYHOST, 0)
            try forgetSystemAuthorities()
            try pin?.install(on: easy)
        case .none:
            try easy.set(CURLOPT_SSL_VERIFYHOST, 0)
            try easy.set(CURLOPT_SSL_VERIFYPEER, 0)
            try forgetSystemAuthorities()
        }
        if let certificateFile = tls.certificateFile {
            try easy.set(CURLOPT_SSLCERT, certificateFile)
            try easy.set(CURLOPT_SSLKEY, tls.keyFile ?? certificateFile)
        }
    }

    /// The system's CA files are not needed where no chain is looked at, and need not be there.
    private func forgetSystemAuthorities() throws(TransportError) {
        try easy.set(CURLOPT_CAINFO, nil as String?)
        try easy.set(CURLOPT_CAPATH, nil as String?)
    }
}
