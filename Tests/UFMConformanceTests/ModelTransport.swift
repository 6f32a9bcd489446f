import Synchronization
import Transport
import UFMModel

/// The simulator's model right behind the client: no socket and no waiting, so that thousands of lives take seconds.
///
/// Time is counted in requests, one millisecond each, and passes otherwise only when a test says so.
final class ModelTransport: HTTPTransport {
    /// What goes wrong with a request.
    enum Fault: Hashable, Sendable {
        case status(Int)
        case statusAfterActing(Int)
        /// A page for people, such as the login page with 200.
        case page(Int)
        /// Nobody listens.
        case refused
        /// No answer in time; UFM acts when the client has given up.
        case late
        /// No answer in time; UFM never acts.
        case hang
        case cutBeforeActing
        case cutAfterActing
        /// Acts and answers, and acts once more after the client has gone on.
        case duplicate
        /// Answers a read as if there were nothing.
        case nothingThere
    }

    struct Injection: Sendable {
        let fault: Fault
        let method: String
        /// What the path, prefix of the credentials and query included, must begin with.
        let path: String
        /// How many requests it still happens to; nil for all.
        var count: Int?
    }

    private struct Contents {
        var model: UFM
        var milliseconds: Int64 = 1_000_000
        var injections: [Injection] = []
        var pending: [SimulatedRequest] = []
        var lines: [String] = []
        var bodies: [String] = []

        var now: Moment {
            .init(monotonic: milliseconds * 1_000_000, wall: 1_790_000_000_000_000_000 + milliseconds * 1_000_000)
        }

        mutating func act(_ request: SimulatedRequest) -> HTTPResponse {
            let response = model.answer(request, at: now)
            return HTTPResponse(
                status: response.status,
                headers: [HTTPHeader("Content-Type", response.contentType)]
                    + response.headers.map { HTTPHeader($0.name, $0.value) }, body: Array(response.body.utf8))
        }

        mutating func fault(for request: SimulatedRequest) -> Fault? {
            let found = injections.firstIndex { $0.method == request.method && request.target.hasPrefix($0.path) }
            guard let found else { return nil }
            let fault = injections[found].fault
            if let count = injections[found].count {
                if count > 1 { injections[found].count = count - 1 } else { injections.remove(at: found) }
            }
            return fault
        }
    }

    private let contents: Mutex<Contents>

    init(_ configuration: UFM.Configuration) throws {
        contents = Mutex(Contents(model: try UFM(configuration: configuration)))
    }

    var partitions: [UInt16: UFMModel.Partition] { contents.withLock { $0.model.partitions } }
    /// Method and path of every request so far.
    var lines: [String] { contents.withLock { $0.lines } }
    /// The body of every request so far.
    var bodies: [String] { contents.withLock { $0.bodies } }
    var requestCount: Int { contents.withLock { $0.lines.count } }

    func inject(_ injections: Injection...) { contents.withLock { $0.injections += injections } }
    func clearFaults() { contents.withLock { $0.injections = [] } }
    func restart() { contents.withLock { $0.model.restart() } }
    /// Lets reads catch up with writes, where they lag.
    func wait(milliseconds: Int64 = 100) { contents.withLock { $0.milliseconds += milliseconds } }

    /// Lets requests act that were given up, and duplicates.
    func letLateRequestsAct() {
        contents.withLock { contents in
            let pending = contents.pending
            contents.pending = []
            for request in pending { _ = contents.act(request) }
        }
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let parts = request.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let host = String(parts[2].prefix { $0 != "/" })
        let simulated = SimulatedRequest(
            method: request.method.rawValue, target: String(parts[2].dropFirst(host.count)),
            authorization: request.headers.first { $0.name == "Authorization" }?.value, body: request.body ?? [])
        let result: Result<HTTPResponse, TransportError> = contents.withLock { contents in
            contents.milliseconds += 1
            contents.lines.append("\(simulated.method) \(simulated.target)")
            contents.bodies.append(String(decoding: simulated.body, as: UTF8.self))
            switch contents.fault(for: simulated) {
            case nil: return .success(contents.act(simulated))
            case .status(let status): return .success(Self.page(status))
            case .statusAfterActing(let status):
                _ = contents.act(simulated)
                return .success(Self.page(status))
            case .page(let status): return .success(Self.page(status))
            case .nothingThere: return .success(HTTPResponse(status: 200, body: Array("{}".utf8)))
            case .refused: return .failure(.cannotConnect(host: host, reason: "Connection refused"))
            case .late:
                contents.pending.append(simulated)
                return .failure(.timedOut(host: host, after: .seconds(60), sent: true))
            case .hang: return .failure(.timedOut(host: host, after: .seconds(60), sent: true))
            case .cutBeforeActing: return .failure(.connectionLost(host: host, reason: "closed", sent: true))
            case .cutAfterActing:
                _ = contents.act(simulated)
                return .failure(.connectionLost(host: host, reason: "closed", sent: true))
            case .duplicate:
                contents.pending.append(simulated)
                return .success(contents.act(simulated))
            }
        }
        return try result.get()
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        throw .invalidRequest("UFM streams nothing")
    }

    private static func page(_ status: Int) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPHeader("Content-Type", "text/html; charset=iso-8859-1")],
            body: Array("<html><head><title>\(status)</title></head><body>a page</body></html>".utf8))
    }
}
