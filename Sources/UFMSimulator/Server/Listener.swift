import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A socket whose connections are answered by one service; it can be closed and opened again on the same port.
final class Listener: Sendable {
    private struct Channels {
        var socket: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        /// Whether it should be open, as far as anybody has asked.
        var isWanted = false
    }

    private let group: MultiThreadedEventLoopGroup
    private let tls: NIOSSLContext?
    private let service: any ExchangeService
    private let channels = Mutex(Channels())

    init(group: MultiThreadedEventLoopGroup, tls: NIOSSLContext?, service: any ExchangeService) {
        self.group = group
        self.tls = tls
        self.service = service
    }

    /// Listens, and answers the port that was bound.
    func bind(host: String, port: Int) async throws(SimulatorError) -> Int {
        do {
            channels.withLock { $0.isWanted = true }
            return try await open(host: host, port: port).get()
        } catch {
            throw .listen("\(host):\(port): \(error)")
        }
    }

    /// Opens the socket again that was closed; as long as somebody else has the port, it tries again.
    func reopen(host: String, port: Int) -> EventLoopFuture<Void> {
        let isClosed = channels.withLock { channels in
            defer { channels.isWanted = true }
            return !channels.isWanted
        }
        let loop = group.next()
        guard isClosed else { return loop.makeSucceededVoidFuture() }
        return open(host: host, port: port).map { _ in }.flatMapError { _ in
            loop.scheduleTask(in: .milliseconds(20)) {}.futureResult.flatMap {
                guard self.channels.withLock({ $0.isWanted }) else { return loop.makeSucceededVoidFuture() }
                self.channels.withLock { $0.isWanted = false }
                return self.reopen(host: host, port: port)
            }
        }
    }

    /// Closes the socket and all its connections, so that new ones are refused.
    func close() -> EventLoopFuture<Void> {
        let open = channels.withLock { channels in
            defer {
                channels.isWanted = false
                channels.socket = nil
                channels.connections = [:]
            }
            return [channels.socket].compactMap { $0 } + channels.connections.values
        }
        let ends = open.map { channel in
            channel.close().flatMapError { _ in channel.eventLoop.makeSucceededVoidFuture() }
        }
        return EventLoopFuture.andAllComplete(ends, on: group.next())
    }

    private func open(host: String, port: Int) -> EventLoopFuture<Int> {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in self.configure(channel) }
        return bootstrap.bind(host: host, port: port).flatMapThrowing { socket in
            guard let bound = socket.localAddress?.port else {
                throw SimulatorError.listen("\(host):\(port): no port was bound")
            }
            let isWanted = self.channels.withLock { channels in
                if channels.isWanted { channels.socket = socket }
                return channels.isWanted
            }
            if !isWanted { socket.close(promise: nil) }
            return bound
        }
    }

    private func configure(_ channel: any Channel) -> EventLoopFuture<Void> {
        let id = ObjectIdentifier(channel)
        let isWanted = channels.withLock { channels in
            if channels.isWanted { channels.connections[id] = channel }
            return channels.isWanted
        }
        guard isWanted else { return channel.close() }
        channel.closeFuture.whenComplete { _ in
            _ = self.channels.withLock { $0.connections.removeValue(forKey: id) }
        }
        // A request line above Apache's limit must arrive here to be refused as Apache refuses it.
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 1 << 20
        return channel.eventLoop.makeCompletedFuture {
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
        }.flatMap { [limits] in
            channel.pipeline.configureHTTPServerPipeline(withDecoderLimitConfiguration: limits)
        }.flatMapThrowing { [service] in
            try channel.pipeline.syncOperations.addHandler(ExchangeHandler(service: service))
        }
    }
}
