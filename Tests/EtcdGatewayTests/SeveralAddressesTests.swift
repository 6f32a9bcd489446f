import Synchronization
import TestSupport
import Testing

@testable import EtcdGateway
@testable import Transport

@Suite("A name with several addresses", .timeLimit(.minutes(20)))
struct SeveralAddressesTests {
    /// What the name server says.
    private final class Names: Sendable {
        let answer: Mutex<Result<[String], NameDirectory.Failure>>

        init(_ addresses: [String]) { answer = Mutex(.success(addresses)) }

        func client() throws -> HTTPClient {
            try HTTPClient(names: NameDirectory { _ in self.answer.withLock { $0 } })
        }
    }

    private func withName(
        _ addresses: [String], _ body: (EtcdServer, UInt16, EtcdClient, Names) async throws -> Void
    ) async throws {
        try await withEtcd { etcd in
            let names = Names(addresses)
            let transport = try names.client()
            defer { transport.shutdown() }
            let port = try etcd.member.port
            let endpoint = EtcdEndpoint(scheme: .http, host: "etcd.example", port: port)
            try await body(
                etcd, port, try EtcdClient(EtcdConfiguration(endpoints: [endpoint]), transport: transport), names)
        }
    }

    @Test(
        "Where the first address takes connections and is silent, the second one is used: by reads, writes and followers"
    )
    func silentFirst() async throws {
        try await withName(["127.0.0.2", "127.0.0.1"]) { _, port, client, _ in
            let silent = try SilentServer(on: "127.0.0.2", port: port)
            let start = ContinuousClock.now
            try await client.put("/n/a".bytes, [1])
            let following = Following(client, "/n/")
            try await following.reaches("list") { $0.keys.count == 1 }
            let revision = try await client.put("/n/b".bytes, [1])
            try await following.reaches("change") { $0.revisions == [revision] }
            print("first address silent: \(start.duration(to: .now))")
            _ = silent
        }
    }

    @Test("An address that freezes under a running watch is left for the other one")
    func freezing() async throws {
        try await withName(["127.0.0.2", "127.0.0.1"]) { etcd, port, client, _ in
            let relay = try await AddressRelay(on: "127.0.0.2", port: port)
            defer { relay.kill() }
            let following = Following(client, "/n/")
            try await following.reaches("list") { $0.lists == [.start] }
            let first = try await client.put("/n/a".bytes, [1])
            try await following.reaches("first change") { $0.revisions == [first] }
            relay.freeze()
            try await etcd.etcdctl("put", "/n/b", "1")
            let start = ContinuousClock.now
            try await following.reaches("change behind the frozen address") { $0.revisions.count == 2 }
            print("address frozen under a watch: \(start.duration(to: .now))")
            try await client.put("/n/c".bytes, [1])
        }
    }

    @Test("A name that moves to another address is followed there, however the old one is silent")
    func moving() async throws {
        try await withName(["127.0.0.3"]) { _, port, client, names in
            let silent = try SilentServer(on: "127.0.0.3", port: port)
            let following = Following(client, "/n/")
            names.answer.withLock { $0 = .success(["127.0.0.1"]) }
            try await following.reaches("list at the new address") { $0.lists == [.start] }
            let revision = try await client.put("/n/a".bytes, [1])
            try await following.reaches("change") { $0.revisions == [revision] }
            _ = silent
        }
    }
}

/// A process that hands connections at one address on to the same port of 127.0.0.1, and can be frozen.
private final class AddressRelay: Sendable {
    private let process: BackgroundProcess

    init(on address: String, port: UInt16) async throws {
        let script = """
            import socket, threading, sys
            def pump(a, b):
                try:
                    while (d := a.recv(65536)): b.sendall(d)
                except OSError: pass
                for s in (a, b):
                    try: s.shutdown(socket.SHUT_RDWR)
                    except OSError: pass
            l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            l.bind((sys.argv[1], int(sys.argv[2]))); l.listen(64); print("listening", flush=True)
            while True:
                c, _ = l.accept()
                u = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
                for x, y in ((c, u), (u, c)): threading.Thread(target=pump, args=(x, y), daemon=True).start()
            """
        process = try BackgroundProcess(Command("python3", ["-c", script, address, "\(port)"]))
        try await process.waitForLine(containing: "listening")
    }

    func freeze() { process.send(signal: 19) }
    func kill() { process.kill() }
}
