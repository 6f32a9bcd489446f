import HTTPServing
import NIOCore
import NIOPosix
import Synchronization
import UFMModel

/// One host of a UFM: its socket, open or not, as its part in the cluster asks for.
final class Node: Sendable {
    let id: Int
    /// The port that was bound.
    let port: Int
    private let host: String
    private let listener: Listener
    private let state: SimulatorState
    private let loop: any EventLoop

    /// Listens, and joins the cluster of that state; a standby that refuses is closed at once, and keeps its port.
    static func start(
        _ configuration: UFMSimulator.Configuration, state: SimulatorState, isStandby: Bool,
        group: MultiThreadedEventLoopGroup, credentials: ServerCredentials?
    ) async throws(SimulatorError) -> Node {
        let id = state.join(isStandby: isStandby)
        let service = RESTService(
            state: state, node: id, latency: configuration.latency, onRequestEnd: configuration.onRequestEnd)
        let listener = Listener(
            responder: service, limits: .apache, layer: credentials.map { TLSLayer(context: $0.context) }, group: group)
        do {
            let port = try await SimulatorError.ofServing { () async throws(ServingError) in
                try await listener.bind(host: configuration.host, port: configuration.port)
            }
            let node = Node(id, port, configuration.host, listener, state, group.next())
            state.setDoor(of: id) { node.settleDoor() }
            await state.settleDoors()
            return node
        } catch {
            _ = state.leave(id)
            throw error
        }
    }

    private init(
        _ id: Int, _ port: Int, _ host: String, _ listener: Listener, _ state: SimulatorState, _ loop: any EventLoop
    ) {
        self.id = id
        self.port = port
        self.host = host
        self.listener = listener
        self.state = state
        self.loop = loop
    }

    /// Takes this host away: what runs does not act, sessions end, and after the duration, if there is one, it is back
    /// with the same partitions.
    func beginOutage(for duration: Duration?, answer: Absence) {
        let outage = state.beginOutage(of: id, answer: answer)
        guard let duration else { return }
        // The event loop owns the timer, and drops it at shutdown.
        loop.scheduleTask(in: TimeAmount(duration)) { self.endOutage(outage) }
    }

    /// Ends an outage, if it still is the present one; without a number whichever is present.
    func endOutage(_ outage: Int? = nil) {
        state.endOutage(of: id, outage)
    }

    /// Opens or closes the socket, as the node's part asks for now.
    private func settleDoor() -> EventLoopFuture<Void> {
        state.absence(of: id) == .refuse ? listener.close() : listener.reopen(host: host, port: port)
    }
}
