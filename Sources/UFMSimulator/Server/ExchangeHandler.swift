import NIOCore
import NIOHTTP1
import NIOSSL
import UFMModel

/// What becomes of a request after its delay.
struct Outcome: Sendable {
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
}

/// A request that was accepted: it settles after the delay, on the event loop.
struct PendingExchange: Sendable {
    let delay: Duration
    let settle: @Sendable () -> Outcome
}

/// What answers the requests of a listener.
protocol ExchangeService: Sendable {
    /// The headers of every reply.
    var headers: HTTPHeaders { get }
    func begin(_ request: SimulatedRequest) -> PendingExchange
}

/// Collects the parts of a request, has it answered, and writes the reply or misbehaves as asked.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let service: any ExchangeService
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var names: [String]?

    init(service: any ExchangeService) {
        self.service = service
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.removeAll()
            if head.headers["Expect"].contains(where: { $0.lowercased() == "100-continue" }) {
                let invitation = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(invitation)), promise: nil)
            }
        case .body(let part):
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            self.head = nil
            begin(head, context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        var request = SimulatedRequest(
            method: head.method.rawValue, target: head.uri, authorization: head.headers.first(name: "Authorization"),
            body: body)
        request.cookie = head.headers.first(name: "Cookie")
        request.contentType = head.headers.first(name: "Content-Type")
        request.certificateNames = certificateNames(context)
        let exchange = service.begin(request)
        guard exchange.delay > .zero else {
            perform(exchange.settle(), for: head, context: context)
            return
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(exchange.delay)) {
            self.perform(exchange.settle(), for: head, context: context)
        }
    }

    /// The names of the client's certificate, read once for each connection.
    private func certificateNames(_ context: ChannelHandlerContext) -> [String] {
        if let names { return names }
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
        let found = tls?.peerCertificate.map { CertificateNames.alternative($0) } ?? []
        names = found
        return found
    }

    private func perform(_ outcome: Outcome, for head: HTTPRequestHead, context: ChannelHandlerContext) {
        for sequel in outcome.sequels {
            context.eventLoop.scheduleTask(in: TimeAmount(sequel.delay), sequel.act)
        }
        guard context.channel.isActive else { return }
        switch outcome.action {
        case .reply(let response): reply(response, to: head, context: context)
        case .truncate(let response): truncate(response, to: head, context: context)
        case .cut: cut(context)
        case .hang: break
        }
    }

    private func reply(_ response: SimulatedResponse, to request: HTTPRequestHead, context: ChannelHandlerContext) {
        // Apache reads no further after a request line that it could not hold.
        let keepsAlive = request.isKeepAlive && response.status != 414
        var head = makeHead(response, version: request.version)
        if !keepsAlive { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD && !response.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: response.body)))), promise: nil)
        }
        let end = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepsAlive {
            end.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        }
    }

    private func truncate(
        _ response: SimulatedResponse, to request: HTTPRequestHead, context: ChannelHandlerContext
    ) {
        context.write(wrapOutboundOut(.head(makeHead(response, version: request.version))), promise: nil)
        let half = ByteBuffer(bytes: response.body.utf8.prefix(response.body.utf8.count / 2))
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(half)))).assumeIsolated().whenComplete { _ in
            self.cut(context)
        }
    }

    /// Closes below TLS, so that the client gets no orderly end of the stream.
    private func cut(_ context: ChannelHandlerContext) {
        let tls = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        (tls ?? context).close(promise: nil)
    }

    private func makeHead(_ response: SimulatedResponse, version: HTTPVersion) -> HTTPResponseHead {
        var headers = service.headers
        headers.add(name: "Content-Type", value: response.contentType)
        headers.add(name: "Content-Length", value: String(response.body.utf8.count))
        for header in response.headers { headers.add(name: header.name, value: header.value) }
        return HTTPResponseHead(
            version: version, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    }
}
