package import NIOCore
import NIOHTTP1
package import NIOPosix
import Synchronization

/// A socket whose connections are answered by one responder; it can be closed and opened again on the same port.
package final class Listener: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let service: Service
    private let seats: Seats

    /// A listener that is not open yet. Its limits are what it bears from its clients; the layer lies below HTTP, without one
    /// it is plain.
    package init(
        responder: any Responder, limits: ServingLimits, layer: (any ConnectionLayer)? = nil,
        group: MultiThreadedEventLoopGroup = .singleton
    ) {
        self.group = group
        service = Service(responder: responder, limits: limits, layer: layer)
        seats = Seats(most: limits.connections)
    }

    /// Listens, and answers the port that was bound.
    package func bind(host: String, port: Int) async throws(ServingError) -> Int {
        do {
            _ = seats.want(true)
            return try await open(host: host, port: port).get()
        } catch {
            throw .cannotListen(address: "\(host):\(port)", reason: "\(error)")
        }
    }

    /// Opens the socket again that was closed; as long as somebody else has the port, it tries again.
    package func reopen(host: String, port: Int) -> EventLoopFuture<Void> {
        let loop = group.next()
        guard seats.want(true) else { return loop.makeSucceededVoidFuture() }
        return open(host: host, port: port).map { _ in }.flatMapError { _ in
            loop.scheduleTask(in: .milliseconds(20)) {}.futureResult.flatMap {
                guard self.seats.want(false) else { return loop.makeSucceededVoidFuture() }
                return self.reopen(host: host, port: port)
            }
        }
    }

    /// Closes the socket and all its connections, so that new ones are refused.
    package func close() -> EventLoopFuture<Void> {
        let ends = seats.clear().map { channel in
            channel.close().flatMapError { _ in channel.eventLoop.makeSucceededVoidFuture() }
        }
        return EventLoopFuture.andAllComplete(ends, on: group.next())
    }

    /// The same for whoever waits for it.
    package func shutDown() async {
        // It never fails: a channel that cannot be closed is closed.
        try? await close().get()
    }

    private func open(host: String, port: Int) -> EventLoopFuture<Int> {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in self.configure(channel) }
        return bootstrap.bind(host: host, port: port).flatMapThrowing { socket in
            guard let bound = socket.localAddress?.port else {
                throw ServingError.cannotListen(address: "\(host):\(port)", reason: "no port was bound")
            }
            if !self.seats.setSocket(socket) { socket.close(promise: nil) }
            return bound
        }
    }

    private func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        guard let seat = seats.admit(channel) else { return channel.close() }
        channel.closeFuture.whenComplete { _ in seat.giveUp() }
        return channel.eventLoop.makeCompletedFuture { [service] in
            try service.configure(channel.pipeline.syncOperations, seat)
        }
    }
}

/// What all connections of a listener have in common.
struct Service: Sendable {
    let responder: any Responder
    let limits: ServingLimits
    let layer: (any ConnectionLayer)?
    /// The headers of every reply.
    let headers: HTTPHeaders

    init(responder: any Responder, limits: ServingLimits, layer: (any ConnectionLayer)? = nil) {
        self.responder = responder
        self.limits = limits
        self.layer = layer
        headers = HTTPHeaders(responder.headers.map { ($0.name, $0.value) })
    }

    /// Makes a new connection one that this answers.
    func configure(_ pipeline: ChannelPipeline.SynchronousOperations, _ seat: Seat?) throws {
        try layer?.add(to: pipeline)
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.head
        decoding.maxHeaderListSize = limits.head
        try pipeline.configureHTTPServerPipeline(
            withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoding)
        try pipeline.addHandler(ExchangeHandler(service: self, seat: seat))
    }
}

/// What lies between the socket and HTTP, such as TLS; this module has none of its own.
package protocol ConnectionLayer: Sendable {
    /// Adds its handlers to a new connection, on that connection's event loop.
    func add(to pipeline: ChannelPipeline.SynchronousOperations) throws

    /// The names by which it knows the client; asked once for each connection, when a whole request is there.
    func peerNames(in pipeline: ChannelPipeline.SynchronousOperations) -> [String]
}

/// Why a server cannot serve.
package enum ServingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An address that could not be listened on: `host:port` and the reason.
    case cannotListen(address: String, reason: String)

    /// One line for people.
    package var description: String {
        switch self {
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        }
    }
}
