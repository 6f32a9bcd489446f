import HTTPServing
import NIOSSL
import UFMModel

/// What becomes of a request after its delay: a reply, or what a UFM in trouble does instead.
struct SimulatedOutcome: Outcome {
    enum Action: Sendable {
        case reply(SimulatedResponse)
        /// Half of the body, then a cut.
        case truncate(SimulatedResponse)
        case cut
        case hang
    }

    /// Work for later, whatever becomes of the connection.
    struct Sequel: Sendable {
        let delay: Duration
        let act: @Sendable () -> Void
    }

    let action: Action
    var sequels: [Sequel] = []

    func carryOut(_ exchange: ServedExchange) {
        for sequel in sequels { exchange.later(sequel.delay, sequel.act) }
        switch action {
        case .reply(let response): exchange.reply(ServedResponse(response))
        case .truncate(let response):
            exchange.reply(ServedResponse(response), bodyBytes: response.body.utf8.count / 2) { Self.cut($0) }
        case .cut: Self.cut(exchange)
        case .hang: break
        }
    }

    /// Closes below TLS, so that the client gets no orderly end of the stream.
    private static func cut(_ exchange: ServedExchange) {
        exchange.close(below: NIOSSLServerHandler.self)
    }
}

extension ServedResponse {
    /// A reply of the model. Apache reads no further after a request line that it could not hold.
    init(_ response: SimulatedResponse) {
        self.init(
            status: response.status, contentType: response.contentType, body: response.body,
            headers: response.headers.map { ($0.name, $0.value) }, endsConnection: response.status == 414)
    }
}

extension SimulatedRequest {
    /// What has come over the wire, as far as the model cares.
    init(_ request: ServedRequest) {
        self.init(
            method: request.method, target: request.target, authorization: request.header("Authorization"),
            body: request.body)
        cookie = request.header("Cookie")
        contentType = request.header("Content-Type")
        certificateNames = request.peerNames
    }
}

extension ServingLimits {
    /// What Apache bears: a request line above its limit must arrive here to be refused as Apache refuses it, and a body
    /// may have 1 GiB, its `LimitRequestBody`.
    static let apache = ServingLimits(head: 2 << 20, body: 1 << 30)
}
