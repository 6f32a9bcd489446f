import HTTPServing
import Synchronization
import TestSupport

/// A web server that answers every request alike, whoever asks and for what.
final class FixedServer: Responder {
    struct Reply: Sendable {
        var status = 200
        var contentType = "application/json"
        var body = ""
        var location: String?
    }

    private let reply: Reply
    private let count = Mutex(0)

    private init(_ reply: Reply) {
        self.reply = reply
    }

    var headers: [(name: String, value: String)] { [] }
    /// How often it was asked.
    var requests: Int { count.withLock { $0 } }

    func respond(to request: ServedRequest) -> PendingExchange {
        count.withLock { $0 += 1 }
        return PendingExchange(
            ServedResponse(
                status: reply.status, contentType: reply.contentType, body: reply.body,
                headers: reply.location.map { [("Location", $0)] } ?? []))
    }

    /// Gives the body a server on a port of 127.0.0.1, and an empty configuration directory.
    static func with(
        _ reply: Reply,
        _ body: (_ server: FixedServer, _ port: Int, _ directory: TemporaryDirectory) async throws -> Void
    ) async throws {
        let server = FixedServer(reply)
        let listener = Listener(responder: server, limits: ServingLimits(head: 16_384, body: 65_536))
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        let directory = try TemporaryDirectory("fixed")
        do { try await body(server, port, directory) } catch {
            await listener.shutDown()
            throw error
        }
        await listener.shutDown()
    }

    /// Runs the program with passwords, and these servers where it wants some.
    static func run(
        _ arguments: [String], _ directory: TemporaryDirectory
    ) async throws -> CommandResult {
        try await CommandRunner.run(
            Command(
                try Programs.pkeyd(), arguments,
                environment: [
                    "PCOCC_SYSTEM_CONF_DIR": directory.path, "SURF_UFM_PKEYD_ETCD_PASSWORD": "pa55word",
                    "SURF_UFM_PKEYD_UFM_PASSWORD": "pa55word",
                ]))
    }

    static func etcdArguments(_ port: Int) -> [String] {
        ["--etcd-endpoints", "http://127.0.0.1:\(port)", "--etcd-timeout", "3"]
    }

    static func ufmArguments(_ port: Int) -> [String] {
        ["--list", "--http", "--host", "127.0.0.1:\(port)", "--username", "admin"]
    }
}
