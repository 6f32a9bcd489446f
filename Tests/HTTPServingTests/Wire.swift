import NIOCore
import NIOEmbedded
import TestSupport

@testable import HTTPServing

/// A connection without a socket, on simulated time.
final class Wire {
    let loop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    private let socket = HalfSocket()
    /// What has come back so far.
    private(set) var received = ""

    init(_ responder: some Responder, _ limits: ServingLimits, layer: (any ConnectionLayer)? = nil) throws {
        channel = EmbeddedChannel(handler: socket, loop: loop)
        try Service(responder: responder, limits: limits, layer: layer)
            .configure(channel.pipeline.syncOperations, nil)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 80)).wait()
    }

    var isOpen: Bool { channel.isActive }
    /// Whether the server has said that nothing more will come.
    var isHalfClosed: Bool { socket.isHalfClosed }

    /// Sends bytes, and takes in what comes back.
    func send(_ text: String) throws { try send(ByteBuffer(string: text)) }

    func send(_ bytes: ByteBuffer) throws {
        try channel.writeInbound(bytes)
        loop.run()
        try receive()
    }

    /// Lets time pass.
    func wait(_ time: Duration) throws {
        loop.advanceTime(by: TimeAmount(time))
        try receive()
    }

    private func receive() throws {
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { received += String(buffer: bytes) }
    }
}

/// An embedded channel knows no half-closed socket, a real one does.
private final class HalfSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var isHalfClosed = false

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        isHalfClosed = true
        promise?.succeed()
    }
}

/// Answers in a way that a test chooses, and remembers what it was asked.
final class Answers: Responder {
    let headers = [(name: "Server", value: "test")]
    private let requests = Watched<[ServedRequest]>([])
    private let answer: @Sendable (ServedRequest) -> PendingExchange

    init(
        _ answer: @escaping @Sendable (ServedRequest) -> PendingExchange = {
            PendingExchange(ServedResponse.page($0.target))
        }
    ) {
        self.answer = answer
    }

    /// The requests that came so far.
    var asked: [ServedRequest] { requests.read { $0 } }

    /// Suspends until so many have come.
    func waitForRequests(_ count: Int) async {
        await requests.wait { $0.count >= count ? () : nil }
    }

    func respond(to request: ServedRequest) -> PendingExchange {
        requests.update { $0.append(request) }
        return answer(request)
    }
}

extension ServedResponse {
    static func page(_ body: String) -> ServedResponse {
        ServedResponse(status: 200, contentType: "text/plain", body: body)
    }
}

/// An outcome that says nothing, for ever.
struct Silence: Outcome {
    func carryOut(_ exchange: ServedExchange) {}
}

extension ServingLimits {
    static let small = ServingLimits(
        head: 1000, body: 100, idle: .seconds(30), reading: .seconds(10), lingering: .seconds(2))
}
