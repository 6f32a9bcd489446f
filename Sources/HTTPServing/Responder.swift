/// What answers the requests of a listener.
package protocol Responder: Sendable {
    /// The headers of every reply.
    var headers: [(name: String, value: String)] { get }

    /// Takes a request in. It is called on an event loop, and must neither block nor take long.
    func respond(to request: ServedRequest) -> PendingExchange
}

/// A request that was taken in: what becomes of it is decided after the delay, on the event loop.
package struct PendingExchange: Sendable {
    let delay: Duration
    let settle: @Sendable () -> any Outcome

    /// What is decided after a delay, even if the client has gone by then.
    package init(after delay: Duration, _ settle: @escaping @Sendable () -> any Outcome) {
        self.delay = delay
        self.settle = settle
    }

    /// What is decided already.
    package init(_ outcome: some Outcome) {
        self.init(after: .zero) { outcome }
    }
}

/// What becomes of a request: a `ServedResponse`, or what somebody makes of the exchange who knows better.
package protocol Outcome: Sendable {
    /// Carries itself out, on the event loop; the client may have gone.
    func carryOut(_ exchange: ServedExchange)
}
