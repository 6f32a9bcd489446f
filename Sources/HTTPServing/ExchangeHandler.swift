import NIOCore
import NIOHTTP1

/// One connection: collects the parts of a request within the limits, has it answered, and holds the client to its deadlines.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Stage {
        /// Before the whole head of a request.
        case waiting
        /// Between a request's head and its end.
        case reading(HTTPRequestHead)
        /// Between a request's end and its reply.
        case answering
        /// The last reply was sent; what still comes is thrown away.
        case ending
    }

    private let service: Service
    private let seat: Seat?
    private var stage = Stage.waiting
    private var body: [UInt8] = []
    private var peerNames: [String]?
    /// Until when the client must have done its part; nil while the part is ours.
    private var deadline: NIODeadline?
    /// What looks at the deadline. It is there at the deadline or before: moving a deadline on costs no timer.
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    /// Whether a reply is being written: the next request, if it is there already, arrives within that call.
    private var isReplying = false

    /// A handler for a connection that has that seat among its listener's, if they are counted.
    init(service: Service, seat: Seat? = nil) {
        self.service = service
        self.seat = seat
    }

    func handlerAdded(context: ChannelHandlerContext) {
        setDeadline(service.limits.idle, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.task.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (stage, unwrapInboundIn(data)) {
        case (.ending, _): break
        case (_, .head(let head)): begin(head, context)
        case (.reading(let head), .body(let part)): take(part, of: head, context)
        case (.reading(let head), .end): end(head, context)
        case (.waiting, _), (.answering, _): break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        stage = .reading(head)
        body.removeAll()
        if let announced = head.headers.first(name: "Content-Length"), Int(announced) ?? .max > service.limits.body {
            refuse(413, head, context)
            return
        }
        setDeadline(service.limits.reading, context)
        if head.headers["Expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            let invitation = HTTPResponseHead(version: head.version, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(invitation)), promise: nil)
        }
    }

    private func take(_ part: ByteBuffer, of head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard part.readableBytes <= service.limits.body - body.count else {
            refuse(413, head, context)
            return
        }
        body.append(contentsOf: part.readableBytesView)
    }

    private func end(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        stage = .answering
        deadline = nil
        seat?.beginAnswer()
        guard isReplying else {
            answer(head, context)
            return
        }
        // Within the reply before it, each of many requests that wait would lie on the stack above the last.
        context.eventLoop.assumeIsolated().execute {
            guard context.channel.isActive else { return }
            self.answer(head, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let request = ServedRequest(head, body: body, peerNames: names(context))
        body = []
        let pending = service.responder.respond(to: request)
        let exchange = ServedExchange(handler: self, context: context, request: head)
        guard pending.delay > .zero else {
            pending.settle().carryOut(exchange)
            return
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(pending.delay)) {
            pending.settle().carryOut(exchange)
        }
    }

    /// What the layer below calls the client, asked once for each connection.
    private func names(_ context: ChannelHandlerContext) -> [String] {
        if let peerNames { return peerNames }
        let found = service.layer?.peerNames(in: context.pipeline.syncOperations) ?? []
        peerNames = found
        return found
    }
}

// MARK: - Replies

extension ExchangeHandler {
    /// Sends a whole reply, and ends the connection if it or the client says so.
    func reply(_ response: ServedResponse, to request: HTTPRequestHead, context: ChannelHandlerContext) {
        let goesOn = request.isKeepAlive && !response.endsConnection
        var head = makeHead(response, version: request.version)
        if !goesOn { head.headers.replaceOrAdd(name: "Connection", value: "close") }
        // The next request may arrive before the last call here returns.
        stage = goesOn ? .waiting : .ending
        setDeadline(service.limits.idle, context)
        seat?.endAnswer()
        isReplying = true
        defer { isReplying = false }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD && !response.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: response.body)))), promise: nil)
        }
        guard !goesOn else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            return
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    /// Sends the head of a reply and so much of its body.
    func begin(
        _ response: ServedResponse, bodyBytes: Int, to request: HTTPRequestHead, context: ChannelHandlerContext
    ) -> EventLoopFuture<Void> {
        context.write(wrapOutboundOut(.head(makeHead(response, version: request.version))), promise: nil)
        let part = ByteBuffer(bytes: response.body.utf8.prefix(bodyBytes))
        return context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part))))
    }

    /// Answers a request that has not ended and will not be heard to its end, and reads on for a while: a socket that is
    /// closed while something unread lies in it takes the reply back from its client.
    private func refuse(_ status: Int, _ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        stage = .ending
        body = []
        setDeadline(service.limits.lingering, context)
        let text = status == 413 ? "The body is too large\n" : "The request took too long\n"
        var head = makeHead(
            ServedResponse(status: status, contentType: "text/plain; charset=utf-8", body: text),
            version: request.version)
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(mode: .output, promise: nil)
        }
    }

    private func makeHead(_ response: ServedResponse, version: HTTPVersion) -> HTTPResponseHead {
        var headers = service.headers
        headers.add(name: "Content-Type", value: response.contentType)
        headers.add(name: "Content-Length", value: String(response.body.utf8.count))
        for header in response.headers { headers.add(name: header.name, value: header.value) }
        return HTTPResponseHead(
            version: version, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    }
}

// MARK: - Deadlines

extension ExchangeHandler {
    private func setDeadline(_ patience: Duration?, _ context: ChannelHandlerContext) {
        deadline = patience.map { context.eventLoop.now + TimeAmount($0) }
        startTimer(context)
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        guard let deadline else { return }
        if let timer {
            guard deadline < timer.at else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.timer = nil
            self.judge(context)
        }
        timer = (task, deadline)
    }

    /// Ends the connection of a client that has not done its part in time.
    private func judge(_ context: ChannelHandlerContext) {
        guard let deadline, context.channel.isActive else { return }
        guard deadline <= context.eventLoop.now else {
            startTimer(context)
            return
        }
        switch stage {
        case .reading(let head): refuse(408, head, context)
        case .waiting, .ending: context.close(promise: nil)
        case .answering: break
        }
    }
}
