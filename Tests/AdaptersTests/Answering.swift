import Synchronization
import Transport

/// An etcd that answers the same to whatever may be sent, and keeps it.
final class Answering: HTTPTransport {
    let requests = Mutex<[HTTPRequest]>([])
    private let answer: HTTPResponse

    init(_ body: String, status: Int = 200) {
        answer = HTTPResponse(status: status, body: Array(body.utf8))
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if request.lease?.hasRunOut ?? false { throw .leaseEnded(host: request.url, sent: false) }
        requests.withLock { $0.append(request) }
        return answer
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        throw .invalidRequest("nobody watches")
    }
}
