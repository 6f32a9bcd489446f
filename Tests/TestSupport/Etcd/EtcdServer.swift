import Foundation
import Glibc

/// A real etcd on loopback, with its data in a directory that goes with it.
///
/// It is killed and cleared away with the last reference to it, and when the tests die.
package actor EtcdServer {
    /// Where clients connect to: `127.0.0.1:port`.
    package nonisolated let endpoint: String
    /// The same as a URL, `https` with TLS.
    package nonisolated let clientURL: String
    package nonisolated let options: EtcdOptions

    private let peerURL: String
    private let directory: TemporaryDirectory
    private var process: BackgroundProcess?

    private init(options: EtcdOptions) throws(HarnessError) {
        let ports = try FreePort.find(2)
        self.options = options
        endpoint = "127.0.0.1:\(ports[0])"
        clientURL = "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(ports[0])"
        peerURL = "http://127.0.0.1:\(ports[1])"
        directory = try TemporaryDirectory("etcd")
    }

    /// Starts an etcd and waits until it serves.
    package static func start(_ options: EtcdOptions = EtcdOptions()) async throws(HarnessError) -> EtcdServer {
        var attempts = 5
        while true {
            let server = try EtcdServer(options: options)
            do {
                try await server.launch()
                try await server.enableAuthentication()
                return server
            } catch .commandFailed(_, _, let errors) where errors.contains("address already in use") && attempts > 1 {
                attempts -= 1
            }
        }
    }

    /// The number of its process; nil when it does not run.
    package var processIdentifier: Int32? { process?.isRunning == true ? process?.identifier : nil }

    /// What it has logged since it was last started.
    package var log: String { process?.errors ?? "" }

    /// Calls `etcdctl` against it, as root when it authenticates, and gives what that printed.
    @discardableResult
    package nonisolated func etcdctl(_ arguments: String..., input: String? = nil) async throws(HarnessError) -> String
    {
        try await control(arguments, asRoot: true, input: input)
    }

    /// Ends it in an orderly way (SIGTERM) and waits for that. Its data stays.
    package func stop() async throws(HarnessError) {
        process?.terminate()
        // A frozen one would see the first signal only after the second.
        process?.send(signal: SIGCONT)
        try await process?.waitForExit()
    }

    /// Kills it (SIGKILL), as a power cut would. Its data stays.
    package func kill() async throws(HarnessError) {
        process?.kill()
        try await process?.waitForExit()
    }

    /// Freezes it (SIGSTOP): connections stay open and nothing answers.
    package func pause() { process?.send(signal: SIGSTOP) }

    /// Lets it go on after `pause`.
    package func resume() { process?.send(signal: SIGCONT) }

    /// Starts it again on the same ports with the same data; a running one is stopped first.
    package func restart() async throws(HarnessError) {
        if process?.isRunning == true { try await stop() }
        try await launch()
    }

    /// Starts it again on the same ports without its data, as after a lost disk.
    package func wipeAndRestart() async throws(HarnessError) {
        if process?.isRunning == true { try await kill() }
        do {
            try FileManager.default.removeItem(atPath: dataDirectory)
        } catch {
            throw .system(call: "remove \(dataDirectory)", reason: "\(error)")
        }
        try await launch()
        try await enableAuthentication()
    }

    private var dataDirectory: String { directory.file("data") }

    private func launch() async throws(HarnessError) {
        let process = try BackgroundProcess(
            options.command(directory: dataDirectory, clientURL: clientURL, peerURL: peerURL))
        self.process = process
        // The listeners are open by then: a connection waits in their queue until it is served.
        try await process.waitForLine(containing: "serving client traffic", timeout: .seconds(30))
    }

    private func enableAuthentication() async throws(HarnessError) {
        guard let password = options.rootPassword else { return }
        // Given on standard input, where a colon in the password means nothing.
        try await control(["user", "add", "root", "--interactive=false"], asRoot: false, input: password + "\n")
        try await control(["role", "add", "root"], asRoot: false)
        try await control(["user", "grant-role", "root", "root"], asRoot: false)
        try await control(["auth", "enable"], asRoot: false)
    }

    @discardableResult
    private nonisolated func control(
        _ arguments: [String], asRoot: Bool, input: String? = nil
    ) async throws(HarnessError) -> String {
        let command = options.controlCommand(arguments, endpoint: endpoint, asRoot: asRoot, input: input)
        return try await CommandRunner.succeed(command, deadline: .seconds(30)).output
    }
}

/// Gives the body an etcd that is gone when it returns; throws what the body throws, or a ``HarnessError``.
package func withEtcd<Result>(
    _ options: EtcdOptions = EtcdOptions(), isolation: isolated (any Actor)? = #isolation,
    _ body: (EtcdServer) async throws -> Result
) async throws -> Result {
    let server = try await EtcdServer.start(options)
    do {
        let result = try await body(server)
        try await server.kill()
        return result
    } catch {
        // The error of the body is the one that counts.
        try? await server.kill()
        throw error
    }
}
