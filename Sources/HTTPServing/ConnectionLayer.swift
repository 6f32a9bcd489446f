package import NIOCore

/// What lies between the socket and HTTP, such as TLS; this module has none of its own.
package protocol ConnectionLayer: Sendable {
    /// Adds its handlers to a new connection, on that connection's event loop.
    func add(to pipeline: ChannelPipeline.SynchronousOperations) throws

    /// The names by which it knows the client; asked once for each connection, when a whole request is there.
    func peerNames(in pipeline: ChannelPipeline.SynchronousOperations) -> [String]
}
