import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Transport

@Suite("Names of servers", .timeLimit(.minutes(20)))
struct NameTests {
    /// Look-ups that hang until they are let go; others are answered with 127.0.0.1.
    private final class Directory: Sendable {
        let asked = Watched<[String]>([])
        private let release = DispatchSemaphore(value: 0)

        func lookUp(_ name: String) -> Result<[String], NameDirectory.Failure> {
            asked.update { $0.append(name) }
            if name.hasPrefix("stuck") {
                release.wait()
                release.signal()
            }
            return name.hasPrefix("unknown") ? .failure(.noSuchName) : .success(["127.0.0.1"])
        }

        func letGo() { release.signal() }
    }

    private func withClient(_ body: (HTTPClient, Directory) async throws -> Void) async throws {
        let directory = Directory()
        // The threads that hang end with the test.
        defer { directory.letGo() }
        let client = try HTTPClient(names: NameDirectory { directory.lookUp($0) })
        defer { client.shutdown() }
        try await body(client, directory)
    }

    @Test(
        "A name below localhost is this machine, whether the system knows it or not",
        arguments: ["etcd.localhost", "A.B.LocalHost"])
    func localhost(name: String) {
        #expect(NameDirectory.askSystem(name) == .success(["127.0.0.1", "::1"]))
    }

    @Test("A look-up that hangs stops no other transfer, and is given up after the connect timeout")
    func stuck() async throws {
        let server = try ScriptedServer.answering()
        try await withClient { client, directory in
            async let stuck = failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, "http://stuck.example:1", connectTimeout: .seconds(2)))
            }
            #expect(await directory.asked.wait(timeout: .untilHung) { $0.isEmpty ? nil : true } == true)
            for _ in 1...50 {
                let answer = try await client.send(HTTPRequest(.get, "http://server.example:\(server.port)"))
                #expect(answer.status == 200)
            }
            #expect(await stuck == .timedOut(host: "stuck.example:1", after: .seconds(2), sent: false))
        }
    }

    @Test("A look-up that hangs can be cancelled, and does not hold up the end")
    func cancelled() async throws {
        try await withClient { client, directory in
            let task = Task {
                await failure { () async throws(TransportError) in
                    try await client.send(HTTPRequest(.get, "http://stuck.example", connectTimeout: .seconds(3_600)))
                }
            }
            #expect(await directory.asked.wait(timeout: .untilHung) { $0.isEmpty ? nil : true } == true)
            task.cancel()
            #expect(await task.value == .cancelled)
            client.shutdown()
        }
    }

    @Test("However many ask for a name, it is looked up once at a time, and its answer is kept")
    func sharedLookUp() async throws {
        let server = try ScriptedServer.answering()
        try await withClient { client, directory in
            let url = "http://stuck.example:\(server.port)"
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 { group.addTask { try await client.status(HTTPRequest(.get, url)) } }
                #expect(await directory.asked.wait(timeout: .untilHung) { $0.isEmpty ? nil : true } == true)
                directory.letGo()
                for try await status in group { #expect(status == 200) }
            }
            _ = try await client.send(HTTPRequest(.get, url))
            #expect(directory.asked.read { $0 } == ["stuck.example"])
        }
    }

    @Test("A name that does not exist is told as such, and asked for again next time")
    func unknown() async throws {
        try await withClient { client, directory in
            for _ in 1...2 {
                let error = await failure { () async throws(TransportError) in
                    try await client.send(HTTPRequest(.get, "https://unknown.example/"))
                }
                #expect(error == .cannotResolve(host: "unknown.example"))
            }
            #expect(directory.asked.read(\.count) == 2)
        }
    }

    @Test("A name that vanishes stays where it was last seen")
    func vanished() async throws {
        let answer = Mutex<Result<[String], NameDirectory.Failure>>(.success(["10.0.0.1"]))
        let directory = NameDirectory { _ in answer.withLock { $0 } }
        let server = try #require(ServerNameAndPort(ofURL: "http://etcd.example:1"))
        #expect(try await directory.addresses(of: server, within: .seconds(10)).addresses == ["10.0.0.1"])
        answer.withLock { $0 = .failure(.noSuchName) }
        directory.doubt(server)
        #expect(try await directory.addresses(of: server, within: .seconds(10)).addresses == ["10.0.0.1"])
        answer.withLock { $0 = .success(["10.0.0.2"]) }
        directory.doubt(server)
        #expect(try await directory.addresses(of: server, within: .seconds(10)).addresses == ["10.0.0.2"])
    }

    @Test(
        "A URL names a server and a port",
        arguments: [
            ("http://a", "a", 80), ("https://a/x", "a", 443), ("https://a.b:8443?x", "a.b", 8_443),
            ("http://localhost:2379/v3", "localhost", 2_379),
        ])
    func url(url: String, name: String, port: Int) {
        let server = ServerNameAndPort(ofURL: url)
        #expect(server?.name == name)
        #expect(server?.port == port)
    }

    @Test("An address needs no look-up", arguments: ["http://127.0.0.1:1", "https://[::1]/", "http://10.1"])
    func address(url: String) {
        #expect(ServerNameAndPort(ofURL: url) == nil)
    }
}
