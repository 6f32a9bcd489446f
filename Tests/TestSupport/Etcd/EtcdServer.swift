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

    private let place: EtcdPlace
    private let peers: [EtcdPlace]
    private let directory: TemporaryDirectory
    private var process: BackgroundProcess?

    /// One member of a cluster of these; it does not run yet.
    init(options: EtcdOptions, at place: EtcdPlace, among peers: [EtcdPlace]) throws(HarnessError) {
        self.options = options
        self.place = place
        self.peers = peers
        endpoint = "127.0.0.1:\(place.clientPort)"
        clientURL = "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(place.clientPort)"
        directory = try TemporaryDirectory("etcd")
    }

    /// Starts an etcd and waits until it serves.
    package static func start(_ options: EtcdOptions = EtcdOptions()) async throws(HarnessError) -> EtcdServer {
        try await onFreePorts(1) { (places) async throws(HarnessError) in
            let server = try EtcdServer(options: options, at: places[0], among: places)
            try await server.launch()
            try await server.enableAuthentication()
            return server
        }
    }

    /// Starts something on free ports, and on others where somebody was quicker to take them.
    static func onFreePorts<Started>(
        _ count: Int, _ start: ([EtcdPlace]) async throws(HarnessError) -> Started
    ) async throws(HarnessError) -> Started {
        var attempts = 5
        while true {
            let places = try EtcdPlace.find(count)
            do {
                return try await start(places)
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

    /// Saves a snapshot of its data, as a backup does; gives its path, which is good as long as the server is.
    package func saveSnapshot() async throws(HarnessError) -> String {
        let path = directory.file("snapshot")
        try await control(["snapshot", "save", path], asRoot: true)
        return path
    }

    /// Starts it again on the same ports with the data of a snapshot, restored with the same flags: its cluster and member
    /// ids stay.
    package func restoreAndRestart(from snapshot: String) async throws(HarnessError) {
        if process?.isRunning == true { try await kill() }
        do {
            try FileManager.default.removeItem(atPath: dataDirectory)
        } catch {
            throw .system(call: "remove \(dataDirectory)", reason: "\(error)")
        }
        try await control(
            [
                "snapshot", "restore", snapshot, "--data-dir", dataDirectory, "--name", place.name,
                "--initial-cluster", peers.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ","),
                "--initial-advertise-peer-urls", place.peerURL,
            ], asRoot: false)
        try await launch()
    }

    /// Copies its data as they are on its disk at one moment, the v2 store's too; gives the path of the copy.
    package func saveCopy() async throws(HarnessError) -> String {
        let path = directory.file("copy")
        pause()
        defer { resume() }
        do {
            try FileManager.default.copyItem(atPath: dataDirectory, toPath: path)
        } catch {
            throw .system(call: "copy \(dataDirectory)", reason: "\(error)")
        }
        return path
    }

    /// Starts it again on the same ports with the data of a copy.
    package func putBackAndRestart(from copy: String) async throws(HarnessError) {
        if process?.isRunning == true { try await kill() }
        do {
            try FileManager.default.removeItem(atPath: dataDirectory)
            try FileManager.default.copyItem(atPath: copy, toPath: dataDirectory)
        } catch {
            throw .system(call: "put \(copy) back", reason: "\(error)")
        }
        try await launch()
    }

    private var dataDirectory: String { directory.file("data") }

    func launch() async throws(HarnessError) {
        let process = try BackgroundProcess(
            options.command(directory: dataDirectory, clientURL: clientURL, place: place, peers: peers))
        self.process = process
        // The listeners are open by then: a connection waits in their queue until it is served.
        try await process.waitForLine(containing: "serving client traffic")
    }

    func enableAuthentication() async throws(HarnessError) {
        guard let password = options.rootPassword else { return }
        // Given on standard input, where a colon in the password means nothing.
        try await control(["user", "add", "root", "--interactive=false"], asRoot: false, input: password + "\n")
        try await control(["role", "add", "root"], asRoot: false)
        try await control(["user", "grant-role", "root", "root"], asRoot: false)
        try await control(["auth", "enable"], asRoot: false)
    }

    @discardableResult
    nonisolated func control(
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
