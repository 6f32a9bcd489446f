import NIOCore
import Synchronization
import Testing

@testable import HTTPServing

@Suite("Requests and replies of one connection")
struct ExchangeTests {
    @Test("Who answers is given method, target, headers and body, and every reply has the headers of all")
    func request() throws {
        let answers = Answers { request in
            PendingExchange(
                ServedResponse(
                    status: 201, contentType: "text/html", body: "ä", headers: [(name: "X-Test", value: "yes")]))
        }
        let wire = try Wire(answers, .small)
        try wire.send("PUT /a?b=c HTTP/1.1\r\ncookie: d\r\nContent-Length: 2\r\n\r\nhi")
        let request = try #require(answers.asked.first)
        #expect(request.method == "PUT" && request.target == "/a?b=c" && request.body == Array("hi".utf8))
        #expect(request.header("Cookie") == "d" && request.header("Accept") == nil && request.peerNames.isEmpty)
        #expect(
            wire.received == "HTTP/1.1 201 Created\r\nServer: test\r\nContent-Type: text/html\r\n"
                + "Content-Length: 2\r\nX-Test: yes\r\n\r\nä")
    }

    @Test("HEAD is answered without the body")
    func head() throws {
        let wire = try Wire(Answers(), .small)
        try wire.send("HEAD /a HTTP/1.1\r\n\r\n")
        #expect(wire.received.hasSuffix("Content-Length: 2\r\n\r\n") && wire.isOpen)
    }

    @Test(
        "A connection ends when the client or the reply says so",
        arguments: [("HTTP/1.1\r\nConnection: close", false), ("HTTP/1.0", false), ("HTTP/1.1", true)])
    func end(version: String, endsConnection: Bool) throws {
        let wire = try Wire(
            Answers { _ in
                var page = ServedResponse.page("bye")
                page.endsConnection = endsConnection
                return PendingExchange(page)
            }, .small)
        try wire.send("GET /a \(version)\r\n\r\n")
        #expect(wire.received.lowercased().contains("connection: close\r\n") && wire.received.hasSuffix("bye"))
        #expect(!wire.isOpen)
    }

    @Test("What is no HTTP is answered with 400, and nobody is asked")
    func nonsense() throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        try wire.send("\u{16}\u{3}\u{1} hello\r\n\r\n")
        #expect(wire.received.hasPrefix("HTTP/1.1 400 ") && answers.asked.isEmpty && !wire.isOpen)
    }

    /// Half of a reply, then the end, and something done later.
    private struct Trouble: Outcome {
        let act: @Sendable () -> Void

        func carryOut(_ exchange: ServedExchange) {
            exchange.later(.seconds(1), act)
            exchange.reply(.page("whole"), bodyBytes: 2) { $0.close(below: LayerHandler.self) }
        }
    }

    @Test("An outcome of somebody's own may send a part, close below the layer, and act when the client has gone")
    func outcome() throws {
        let layer = Layer()
        let wire = try Wire(Answers { _ in PendingExchange(Trouble { layer.note("acted") }) }, .small, layer: layer)
        try wire.send("GET /a HTTP/1.1\r\n\r\n")
        #expect(wire.received.contains("Content-Length: 5\r\n") && wire.received.hasSuffix("\r\n\r\nwh"))
        #expect(!wire.isOpen && layer.notes == ["peer"])
        try wire.wait(.seconds(1))
        #expect(layer.notes == ["peer", "acted"])
    }

    @Test("The layer below is asked once for each connection who the client is")
    func peerNames() throws {
        let layer = Layer()
        let answers = Answers()
        let wire = try Wire(answers, .small, layer: layer)
        for _ in 1...3 { try wire.send("GET /a HTTP/1.1\r\n\r\n") }
        #expect(answers.asked.map(\.peerNames) == [["peer"], ["peer"], ["peer"]] && layer.notes == ["peer"])
        // An orderly end goes through the layer.
        try wire.send("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n")
        #expect(layer.notes == ["peer", "closed"])
    }

    @Test("Requests that wait behind a slow one are answered in turn, not one within the other")
    func pipelined() throws {
        let depths = Mutex<[UInt]>([])
        let answers = Answers { request in
            var mark = 0
            let depth = withUnsafePointer(to: &mark) { UInt(bitPattern: $0) }
            depths.withLock { $0.append(depth) }
            return PendingExchange(after: request.target == "/slow" ? .seconds(1) : .zero) { ServedResponse.page("") }
        }
        let wire = try Wire(answers, .small)
        try wire.send("GET /slow HTTP/1.1\r\n\r\n" + String(repeating: "GET /fast HTTP/1.1\r\n\r\n", count: 500))
        #expect(answers.asked.count == 1)
        try wire.wait(.seconds(1))
        #expect(answers.asked.count == 501)
        let fast = depths.withLock { Array($0.dropFirst()) }
        let least = try #require(fast.min())
        let most = try #require(fast.max())
        #expect(most - least < 64 << 10, "the stack has grown by \(most - least) bytes")
    }
}

/// A layer with a name for everybody.
private final class Layer: ConnectionLayer {
    private let contents = Mutex<[String]>([])

    var notes: [String] { contents.withLock { $0 } }
    func note(_ text: String) { contents.withLock { $0.append(text) } }

    func add(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(LayerHandler(layer: self))
    }

    func peerNames(in pipeline: ChannelPipeline.SynchronousOperations) -> [String] {
        note("peer")
        return ["peer"]
    }
}

private final class LayerHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private let layer: Layer

    init(layer: Layer) {
        self.layer = layer
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        layer.note("closed")
        context.close(mode: mode, promise: promise)
    }
}
