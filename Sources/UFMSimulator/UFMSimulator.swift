import HTTPServing
import NIOCore
import NIOPosix

/// A UFM to test and to demonstrate against, as strict and as odd as the one nobody can download.
///
/// It lives on one event loop of its own; its state is behind one lock and may be read and changed from anywhere.
package final class UFMSimulator: Sendable {
    /// The port that was bound.
    package let port: Int
    /// `https://127.0.0.1:8443` or the same with http, without a slash at the end.
    package let url: String
    /// The address of the control listener, likewise; nil if there is none.
    package let controlURL: String?
    /// The PEM file that clients may trust; nil without TLS.
    package let certificateFile: String?

    let state: SimulatorState
    let node: Node
    private let group: MultiThreadedEventLoopGroup
    private let credentials: ServerCredentials?

    private init(
        configuration: Configuration, state: SimulatorState, node: Node, group: MultiThreadedEventLoopGroup,
        credentials: ServerCredentials?, controlPort: Int?
    ) {
        self.state = state
        self.node = node
        self.group = group
        self.credentials = credentials
        port = node.port
        certificateFile = credentials?.certificateFile
        let scheme = credentials == nil ? "http" : "https"
        url = "\(scheme)://\(Self.reachable(configuration.host)):\(port)"
        controlURL = controlPort.map { "http://127.0.0.1:\($0)" }
    }

    /// Starts a simulator; it serves when this returns.
    ///
    /// A standby of another one shares its partitions, users, switches, faults and log, whatever its own configuration
    /// says of them, and answers as the switch `standby` says until it is promoted.
    package static func start(
        configuration: Configuration = Configuration(), standbyOf active: UFMSimulator? = nil
    ) async throws(SimulatorError) -> UFMSimulator {
        let state: SimulatorState
        if let active {
            state = active.state
        } else {
            state = try SimulatorState(configuration)
        }
        let credentials = try await ServerCredentials(configuration)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let node = try await Node.start(
                configuration, state: state, isStandby: active != nil || configuration.isStandby, group: group,
                credentials: credentials)
            var controlPort: Int?
            if let wanted = configuration.controlPort {
                let control = Listener(
                    responder: ControlService(state: state, node: node), limits: .apache, group: group)
                controlPort = try await SimulatorError.ofServing { () async throws(ServingError) in
                    try await control.bind(host: "127.0.0.1", port: wanted)
                }
            }
            return UFMSimulator(
                configuration: configuration, state: state, node: node, group: group, credentials: credentials,
                controlPort: controlPort)
        } catch {
            credentials?.removeTemporaryFiles()
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Runs a simulator for the length of the body, and shuts it down however that ends.
    package static func withSimulator<Value>(
        configuration: Configuration = Configuration(), standbyOf active: UFMSimulator? = nil,
        _ body: (UFMSimulator) async throws -> Value
    ) async throws -> Value {
        let simulator = try await start(configuration: configuration, standbyOf: active)
        let value: Value
        do {
            value = try await body(simulator)
        } catch {
            try await simulator.shutdown()
            throw error
        }
        try await simulator.shutdown()
        return value
    }

    /// Closes all connections, drops what has not acted yet, and removes temporary files; the last host of a model ends
    /// all waits.
    package func shutdown() async throws {
        if state.leave(node.id) { state.stop() }
        credentials?.removeTemporaryFiles()
        try await group.shutdownGracefully()
    }

    /// Suspends until the state fulfils a condition, which is asked after every request and every other change.
    ///
    /// The condition runs under the simulator's lock: it must not call the simulator. A cancelled wait ends
    /// with `stopped`.
    package func waitFor(
        _ description: String, timeout: Duration = .seconds(10),
        condition: @escaping @Sendable (State) -> Bool
    ) async throws(SimulatorError) {
        let id = state.announceWait()
        let result = await withTaskGroup(of: Void.self) { [state] group in
            group.addTask {
                guard (try? await Task.sleep(for: timeout)) != nil else { return }
                state.endWait(id, .timeIsUp)
            }
            let result = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    state.wait(
                        id, .init(description: description, condition: condition, continuation: continuation))
                }
            } onCancel: {
                state.endWait(id, .cancelled)
            }
            group.cancelAll()
            return result
        }
        try result.get()
    }

    /// A host that clients can connect to where the listener takes any address.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }
}
