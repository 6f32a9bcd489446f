internal import CCurl

/// The running transfers of one libcurl multi handle; lives on the libcurl thread.
struct TransferTable {
    private struct Entry {
        let addresses: ServerAddresses?
        var transfer: Transfer
        /// When the silence of a kept connection has lasted too long.
        var silenceEnds: ContinuousClock.Instant?
    }

    private let multi: UnsafeMutableRawPointer
    private let sockets: ConnectionSockets
    private let hidden: Set<UInt32>
    private var entries: [TransferID: Entry] = [:]
    private var idOfHandle: [UnsafeMutableRawPointer: TransferID] = [:]
    private var doubts = HostDoubts()
    private var framingsLookedAt = ContinuousClock.now

    /// - Parameter hidden: options that are to be taken for unknown to this libcurl.
    init(multi: UnsafeMutableRawPointer, sockets: ConnectionSockets, hiding hidden: Set<UInt32>) {
        self.multi = multi
        self.sockets = sockets
        self.hidden = hidden
    }

    mutating func perform(_ command: CurlThread.Command) {
        switch command {
        case .start(let id, let request, let addresses, let pipe):
            let attempt = Transfer.Attempt(begun: .now, needsNewConnection: doubts.isDoubted(request.host))
            start(id, request, attempt, addresses, pipe)
        case .cancel(let id): finish(id, .failure(.cancelled))
        case .resume(let id): entries[id]?.transfer.resume()
        }
    }

    private mutating func start(
        _ id: TransferID, _ request: HTTPRequest, _ attempt: Transfer.Attempt, _ addresses: ServerAddresses?,
        _ pipe: BodyPipe
    ) {
        do throws(TransportError) {
            let transfer = try Transfer(
                request, attempt, addresses: addresses, pipe: pipe, sockets: sockets, hiding: hidden)
            let silenceLimit = request.isRepeatable && !attempt.needsNewConnection ? request.silenceLimit : nil
            entries[id] = Entry(
                addresses: addresses, transfer: transfer, silenceEnds: silenceLimit.map { .now.advanced(by: $0) })
            idOfHandle[transfer.easy.pointer] = id
            guard pkeyd_multi_add_handle(multi, transfer.easy.pointer) == CURLM_OK else {
                finish(id, .failure(.invalidRequest("libcurl refused the request")))
                return
            }
        } catch {
            pipe.finish(.failure(error))
        }
    }

    /// Lets libcurl read and write what it can, and ends the transfers that are complete.
    mutating func advance() {
        endLeases()
        var running: Int32 = 0
        pkeyd_multi_perform(multi, &running)
        var remaining: Int32 = 0
        while let message = pkeyd_multi_info_read(multi, &remaining) {
            guard
                message.pointee.msg == CURLMSG_DONE,
                let easy = message.pointee.easy_handle,
                let id = idOfHandle[easy],
                let transfer = entries[id]?.transfer
            else { continue }
            if transfer.status != nil {
                doubts.answered(
                    transfer.request.host, isUnwell: transfer.answererIsUnwell,
                    overKeptConnection: transfer.usesKeptConnection)
            }
            switch transfer.outcome(of: pkeyd_message_result(message)) {
            case .end(let end): finish(id, end)
            case .repeatOnNewConnection: startAnew(id, asRepetition: true)
            case .beginOnNewConnection: startAnew(id, asRepetition: false)
            }
        }
        endSilences()
        endHugeFramings()
        // What has ended has told so; the others may have told nothing yet of what came.
        for entry in entries.values { entry.transfer.announce() }
    }

    /// When ``advance()`` is due though nothing has come; nil for never.
    var nextDue: ContinuousClock.Instant? {
        let now = ContinuousClock.now
        return entries.values.flatMap { [$0.silenceEnds, $0.transfer.leaseDue(now: now)] }.compactMap(\.self).min()
    }

    /// Aborts the transfers whose lease has run out; before every drive of libcurl, which would else send for them.
    private mutating func endLeases() {
        for (id, entry) in entries where entry.transfer.isLeaseOver {
            finish(id, .failure(entry.transfer.leaseEnded))
        }
    }

    private mutating func endSilences() {
        let now = ContinuousClock.now
        for (id, entry) in entries where entry.silenceEnds.map({ $0 <= now }) ?? false {
            entries[id]?.silenceEnds = nil
            if entry.transfer.mayBeRepeatedForSilence { startAnew(id, asRepetition: true) }
        }
    }

    /// Asking each socket each time would cost more than it is worth.
    private mutating func endHugeFramings() {
        let now = ContinuousClock.now
        guard framingsLookedAt.duration(to: now) > .milliseconds(100) else { return }
        framingsLookedAt = now
        for (id, entry) in entries {
            if let error = entry.transfer.framingError { finish(id, .failure(error)) }
        }
    }

    mutating func abortAll() {
        for id in entries.keys { finish(id, .failure(.cancelled)) }
    }

    private mutating func finish(_ id: TransferID, _ end: Result<Void, TransportError>) {
        remove(id)?.transfer.pipe.finish(end)
    }

    private mutating func startAnew(_ id: TransferID, asRepetition: Bool) {
        guard let entry = remove(id) else { return }
        entry.transfer.announce()
        var attempt = entry.transfer.attempt
        attempt.needsNewConnection = true
        attempt.isRepetition = attempt.isRepetition || asRepetition
        start(id, entry.transfer.request, attempt, entry.addresses, entry.transfer.pipe)
    }

    /// Takes a transfer out of libcurl; one that is still running loses its connection.
    private mutating func remove(_ id: TransferID) -> Entry? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        idOfHandle[entry.transfer.easy.pointer] = nil
        pkeyd_multi_remove_handle(multi, entry.transfer.easy.pointer)
        entry.transfer.close()
        return entry
    }
}
