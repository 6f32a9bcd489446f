import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A socket whose connections are answered by one service.
struct Listener {
    let group: MultiThreadedEventLoopGroup
    let tls: NIOSSLContext?
    let service: any ExchangeService

    /// Listens, and answers the port that was bound.
    func bind(host: String, port: Int) async throws(SimulatorError) -> Int {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [tls, service] channel in
                Self.configure(channel, tls: tls, service: service)
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.bind(host: host, port: port).get()
        } catch {
            throw .listen("\(host):\(port): \(error)")
        }
        guard let bound = channel.localAddress?.port else { throw .listen("\(host):\(port): no port was bound") }
        return bound
    }

    private static func configure(
        _ channel: any Channel, tls: NIOSSLContext?, service: any ExchangeService
    ) -> EventLoopFuture<Void> {
        // A request line above Apache's limit must arrive here to be refused as Apache refuses it.
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 1 << 20
        return channel.eventLoop.makeCompletedFuture {
            if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
        }.flatMap { [limits] in
            channel.pipeline.configureHTTPServerPipeline(withDecoderLimitConfiguration: limits)
        }.flatMapThrowing {
            try channel.pipeline.syncOperations.addHandler(ExchangeHandler(service: service))
        }
    }
}
