import Glibc
import TestSupport
import Testing

@testable import Listening

@Suite("The listener")
struct ListenerTests {
    private static let head = Array("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)

    /// A listener at a free port that says which path was asked for.
    private func listen(_ limits: ListenLimits = ListenLimits(), token: [UInt8]? = nil) throws -> (Listener, port: Int)
    {
        let port = try FreePort.find(1)[0]
        let listener = try Listener(
            at: [ListenAddress(parsing: "127.0.0.1:\(port)")], token: token, limits: limits,
            answer: { Reply(line: "asked for \($0.path)") })
        return (listener, Int(port))
    }

    private func ask(_ port: Int, _ bytes: [UInt8] = head) async throws -> RawReply? {
        let connection = try #require(RawConnection(port: port))
        _ = connection.sendRaw(bytes)
        return await connection.receive()
    }

    @Test("It answers one request on each connection, and a HEAD without a body")
    func answers() async throws {
        let (listener, port) = try listen()
        let connection = try #require(RawConnection(port: port))
        #expect(connection.sendRaw(Self.head))
        let reply = try #require(await connection.receive())
        #expect(reply.status == 200 && reply.body == "asked for /\n")
        #expect(reply.headers["connection"] == "close" && reply.headers["cache-control"] == "no-store")
        #expect(await connection.receive() == nil)
        let other = try #require(RawConnection(port: port))
        #expect(other.sendRaw(Array("HEAD /x HTTP/1.1\r\n\r\n".utf8)))
        let head = try #require(await other.receive())
        #expect(head.headers["content-length"] == "13" && head.body.isEmpty)
        listener.stop()
        #expect(RawConnection(port: port) == nil)
    }

    @Test("A head that comes byte by byte is a head all the same")
    func slowly() async throws {
        let (listener, port) = try listen()
        defer { listener.stop() }
        let connection = try #require(RawConnection(port: port))
        for byte in Self.head { #expect(connection.sendRaw([byte])) }
        #expect(await connection.receive()?.status == 200)
    }

    @Test("What is too long, brings a body or changes something is refused, and the refusal arrives")
    func refusals() async throws {
        let (listener, port) = try listen()
        defer { listener.stop() }
        let long = Array("GET / HTTP/1.1\r\nX: ".utf8) + [UInt8](repeating: 0x78, count: 20_000)
        #expect(try await ask(port, long)?.status == 431)
        let body = Array("POST / HTTP/1.1\r\nContent-Length: 30000\r\n\r\n".utf8) + [UInt8](repeating: 0, count: 30_000)
        #expect(try await ask(port, body)?.status == 413)
        #expect(try await ask(port, Array("DELETE / HTTP/1.1\r\n\r\n".utf8))?.status == 405)
        #expect(try await ask(port, Array("\r\n\r\n".utf8))?.status == 400)
        #expect(try await ask(port)?.status == 200)
    }

    @Test("Whoever says nothing in time is sent away, and costs nobody else an answer")
    func silence() async throws {
        var limits = ListenLimits()
        limits.patience = .milliseconds(200)
        let (listener, port) = try listen(limits)
        defer { listener.stop() }
        let silent = try #require(RawConnection(port: port))
        #expect(silent.sendRaw(Array("GET ".utf8)))
        #expect(try await ask(port)?.status == 200)
        try await eventually("the silent one is sent away") { silent.hasEnded }
        #expect(try await ask(port)?.status == 200)
    }

    @Test("A crowd that says nothing makes room for whoever speaks")
    func crowd() async throws {
        var limits = ListenLimits()
        limits.visitors = 4
        // Whoever goes is sent away for want of room.
        limits.patience = .seconds(600)
        let (listener, port) = try listen(limits)
        defer { listener.stop() }
        let crowd = try (0..<20).map { _ in try #require(RawConnection(port: port)) }
        #expect(try await ask(port)?.status == 200)
        try await eventually("those are gone that came first") { crowd.prefix(16).allSatisfy(\.hasEnded) }
        #expect(try await ask(port)?.status == 200)
    }

    @Test("More than so many in a second wait for the next one")
    func pace() async throws {
        var limits = ListenLimits()
        limits.perSecond = 5
        let (listener, port) = try listen(limits)
        defer { listener.stop() }
        let begin = ContinuousClock.now
        for _ in 0..<12 { #expect(try await ask(port)?.status == 200) }
        // Twelve are let in within three different seconds.
        #expect(begin.duration(to: .now) > .seconds(1))
    }

    @Test("The token of now is asked for")
    func token() async throws {
        let (listener, port) = try listen(token: Array("old".utf8))
        defer { listener.stop() }
        func status(_ token: String) async throws -> Int? {
            try await ask(port, Array("GET / HTTP/1.1\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8))?.status
        }
        #expect(try await status("old") == 200)
        #expect(try await status("new") == 401)
        listener.renew(token: Array("new".utf8))
        #expect(try await status("new") == 200)
        #expect(try await status("old") == 401)
    }

    @Test("A socket in the file system: a leftover is replaced, one in use is not, and nothing stays behind")
    func path() throws {
        let directory = try TemporaryDirectory("listen")
        let path = directory.file("sock")
        let address = try ListenAddress(parsing: "unix:\(path)")
        // As a life leaves it that was killed.
        let socket = try ListenSocket(at: address)
        Glibc.close(socket.descriptor)
        #expect(access(path, F_OK) == 0)
        let listener = try Listener(at: [address], answer: { _ in Reply(line: "well") })
        var information = stat()
        #expect(stat(path, &information) == 0 && information.st_mode & 0o777 == 0o660)
        #expect(throws: ListenError.self) { try Listener(at: [address], answer: { _ in Reply(line: "") }) }
        listener.stop()
        #expect(access(path, F_OK) != 0)
        // What is no socket is nobody's to take away.
        try directory.write("precious", to: "sock")
        #expect(throws: ListenError.self) { try Listener(at: [address], answer: { _ in Reply(line: "") }) }
        #expect(access(path, F_OK) == 0)
    }

    @Test("All addresses, or none")
    func several() async throws {
        let ports = try FreePort.find(2).map(Int.init)
        let texts = ["127.0.0.1:\(ports[0])", "[::1]:\(ports[1])"]
        let addresses = try texts.map { try ListenAddress(parsing: $0) }
        let listener = try Listener(at: addresses, answer: { _ in Reply(line: "well") })
        #expect(try await ask(ports[0])?.status == 200)
        #expect(throws: ListenError.self) { try Listener(at: addresses, answer: { _ in Reply(line: "") }) }
        listener.stop()
        let again = try Listener(at: addresses, answer: { _ in Reply(line: "well") })
        again.stop()
    }
}
