import Synchronization
import Transport

/// Answers to requests, in their order: for what a real etcd does too seldom to be waited for.
final class ScriptedAnswers: HTTPTransport {
    private struct State {
        var answers: [Result<HTTPResponse, TransportError>]
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Result<HTTPResponse, TransportError>]) {
        state = Mutex(State(answers: answers))
    }

    /// The paths that were asked for.
    var paths: [String] { state.withLock { $0.requests.map { String($0.url.split(separator: "/v3/").last ?? "") } } }
    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let answer = state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty
                ? .failure(TransportError.cannotConnect(host: "script", reason: "it is over"))
                : state.answers.removeFirst()
        }
        return try answer.get()
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        throw .cannotConnect(host: "script", reason: "no streams")
    }
}

extension Result where Success == HTTPResponse, Failure == TransportError {
    /// An answer of that status with a body of JSON.
    static func answer(_ body: String, status: Int = 200) -> Self {
        .success(HTTPResponse(status: status, body: Array(body.utf8)))
    }
}
