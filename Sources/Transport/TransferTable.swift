internal import CCurl

/// The running transfers of one libcurl multi handle; lives on the libcurl thread.
struct TransferTable {
    private let multi: UnsafeMutableRawPointer
    private var transfers: [TransferID: Transfer] = [:]
    private var idOfHandle: [UnsafeMutableRawPointer: TransferID] = [:]

    init(multi: UnsafeMutableRawPointer) {
        self.multi = multi
    }

    mutating func perform(_ command: CurlThread.Command) {
        switch command {
        case .start(let id, let request, let pipe): start(id, request, pipe)
        case .cancel(let id): finish(id, .failure(.cancelled))
        case .resume(let id): transfers[id]?.resume()
        }
    }

    private mutating func start(_ id: TransferID, _ request: HTTPRequest, _ pipe: BodyPipe) {
        do throws(TransportError) {
            let transfer = try Transfer(request, pipe: pipe)
            transfers[id] = transfer
            idOfHandle[transfer.easy] = id
            guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
                finish(id, .failure(.invalidRequest("libcurl refused the request")))
                return
            }
        } catch {
            pipe.finish(.failure(error))
        }
    }

    /// Lets libcurl read and write what it can, and ends the transfers that are complete.
    mutating func advance() {
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard
                message.pointee.msg == CURLMSG_DONE,
                let easy = message.pointee.easy_handle,
                let id = idOfHandle[easy],
                let transfer = transfers[id]
            else { continue }
            finish(id, transfer.outcome(of: pkeyd_message_result(message)))
        }
    }

    mutating func abortAll() {
        for id in transfers.keys { finish(id, .failure(.cancelled)) }
    }

    private mutating func finish(_ id: TransferID, _ end: Result<Void, TransportError>) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        idOfHandle[transfer.easy] = nil
        curl_multi_remove_handle(multi, transfer.easy)
        transfer.close()
        transfer.pipe.finish(end)
    }
}
