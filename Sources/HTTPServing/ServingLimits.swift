/// What a server bears from its clients, however many and of whatever will. It is judged before anybody who answers sees a
/// request.
package struct ServingLimits: Sendable, Equatable {
    /// The most bytes of a request's target and headers; more is answered with 400, and the connection ends.
    package var head: Int
    /// The most bytes of a request's body; more is answered with 413 as soon as it is known, and the connection ends.
    package var body: Int
    /// The most connections at once; one more takes the place of the one that has been idle longest, and is turned away
    /// only where none is idle. Nil for as many as come.
    package var connections: Int?
    /// How long a connection may take until the whole head of its next request is there, counted from its beginning or from
    /// the last reply: a client that is slow to send a head, or to read a reply, is idle too. Nil for ever.
    package var idle: Duration?
    /// How long a request may take from its head to its end; a slower one is answered with 408, and the connection ends.
    /// Nil for ever.
    package var reading: Duration?
    /// How long what a client still sends is thrown away after its request was refused, so that it reads why before the
    /// connection ends.
    package var lingering: Duration

    /// These limits.
    package init(
        head: Int, body: Int, connections: Int? = nil, idle: Duration? = nil, reading: Duration? = nil,
        lingering: Duration = .seconds(2)
    ) {
        self.head = head
        self.body = body
        self.connections = connections
        self.idle = idle
        self.reading = reading
        self.lingering = lingering
    }

    /// For a page that a few people and programs look at.
    package static let page = ServingLimits(
        head: 8 << 10, body: 64 << 10, connections: 64, idle: .seconds(30), reading: .seconds(10))
}
