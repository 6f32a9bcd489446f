package import NIOCore
import NIOHTTP1

/// A request that is being answered, for an `Outcome` to carry itself out with. It lives on the event loop of its
/// connection; where the client has gone, what is sent goes nowhere.
package struct ServedExchange {
    let handler: ExchangeHandler
    let context: ChannelHandlerContext
    let request: HTTPRequestHead

    /// Sends a whole reply. The connection goes on if the client wants it and the reply allows it.
    package func reply(_ response: ServedResponse) {
        guard context.channel.isActive else { return }
        handler.reply(response, to: request, context: context)
    }

    /// Sends a reply's head, which announces the whole body, and so many bytes of that; what is to follow is done when they
    /// are on their way.
    package func reply(
        _ response: ServedResponse, bodyBytes: Int, then next: @escaping (ServedExchange) -> Void
    ) {
        guard context.channel.isActive else { return }
        handler.begin(response, bodyBytes: bodyBytes, to: request, context: context).assumeIsolated().whenComplete {
            _ in
            next(self)
        }
    }

    /// Ends the connection below a handler of that type, which then takes no part in it; where there is none, as usual.
    package func close<Handler: ChannelHandler>(below type: Handler.Type) {
        guard context.channel.isActive else { return }
        let layer = try? context.pipeline.syncOperations.context(handlerType: type)
        (layer ?? context).close(promise: nil)
    }

    /// Does something later, whatever becomes of the connection.
    package func later(_ delay: Duration, _ act: @escaping @Sendable () -> Void) {
        context.eventLoop.scheduleTask(in: TimeAmount(delay), act)
    }
}
