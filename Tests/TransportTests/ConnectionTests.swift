import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite("Connections", .timeLimit(.minutes(20)))
struct ConnectionTests {
    @Test("Requests one after the other share a connection")
    func keepAlive() async throws {
        let server = try ScriptedServer.answering()
        try await withClient { client in
            for _ in 1...3 {
                let response = try await client.send(HTTPRequest(.get, server.url).keepingItsConnection)
                #expect(response.status == 200)
            }
        }
        #expect(server.log.read(\.accepted) == 1)
        #expect(server.log.read(\.requests.count) == 3)
    }

    @Test("Requests side by side do not wait for each other")
    func parallelRequests() async throws {
        let bothAreThere = Watched(0)
        let gate = Gate()
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                bothAreThere.update { $0 += 1 }
                gate.wait()
                connection.send(.ok("{}"))
            }
        }
        try await withClient { client in
            async let first = client.send(HTTPRequest(.get, server.url))
            async let second = client.send(HTTPRequest(.get, server.url))
            // Neither is answered before both have arrived.
            #expect(await bothAreThere.wait(timeout: .untilHung) { $0 == 2 ? true : nil } == true)
            for _ in 1...2 { gate.open() }
            let statuses = try await [first.status, second.status]
            #expect(statuses == [200, 200])
        }
        #expect(server.log.read(\.accepted) == 2)
    }

    @Test("200 requests at once are all answered, each with its own answer")
    func manyRequests() async throws {
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() { connection.send(.ok(request.target)) }
        }
        try await withClient { client in
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 1...200 {
                    group.addTask {
                        try await client.send(HTTPRequest(.get, "\(server.url)/\(number)")).text == "/\(number)"
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers == [Bool](repeating: true, count: 200))
        }
        #expect(server.log.read(\.requests.count) == 200)
    }

    @Test("A port where nobody listens is told as such, in the system's words")
    func refused() async throws {
        let port = try FreePort.find(1)[0]
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, "http://127.0.0.1:\(port)/secret-path"))
            }
            #expect(error == .cannotConnect(host: "127.0.0.1:\(port)", reason: "Connection refused"))
            #expect(error?.nothingWasSent == true)
            #expect(error?.description == "127.0.0.1:\(port): cannot connect: Connection refused")
        }
    }

    @Test("A host name that does not exist is told as such")
    func unresolvable() async throws {
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, "http://no-such-host.invalid/", connectTimeout: .seconds(20)))
            }
            #expect(error == .cannotResolve(host: "no-such-host.invalid"))
            #expect(error?.nothingWasSent == true)
        }
    }

    @Test("A host that swallows connections is given up after the connect timeout")
    func connectTimeout() async throws {
        // The queue of connections is full and nobody takes one: Linux then ignores what comes.
        let listener = try LoopbackSocket.listening(backlog: 0)
        defer { close(listener) }
        let port = LoopbackSocket.port(of: listener)
        let fillers = (0..<4).map { _ in LoopbackSocket.beginConnecting(to: port) }
        defer { fillers.forEach { close($0) } }
        try await withClient { client in
            let start = ContinuousClock.now
            let error = await failure { () async throws(TransportError) in
                try await client.send(
                    HTTPRequest(.get, "http://127.0.0.1:\(port)", connectTimeout: .milliseconds(300)))
            }
            #expect(error == .timedOut(host: "127.0.0.1:\(port)", after: .milliseconds(300), sent: false))
            #expect(error?.nothingWasSent == true)
            #expect(start.duration(to: .now) < .seconds(5))
        }
    }

    @Test("The connect timeout bounds the TLS handshake too")
    func handshakeTimeout() async throws {
        let server = try ScriptedServer { _ = $0.readRequest() }
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(
                    HTTPRequest(.get, "https://127.0.0.1:\(server.port)", connectTimeout: .milliseconds(300)))
            }
            #expect(error?.kind == "timedOut, not sent")
        }
    }

    @Test("A server that takes the request and is silent is given up after the total timeout")
    func totalTimeout() async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.readRequest()
        }
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(
                    HTTPRequest(.post, server.url, body: Array("{}".utf8), totalTimeout: .milliseconds(300)))
            }
            #expect(error == .timedOut(host: "127.0.0.1:\(server.port)", after: .milliseconds(300), sent: true))
            #expect(error?.nothingWasSent == false)
            #expect(error?.description == "127.0.0.1:\(server.port): no answer within 300 ms")
        }
    }

    @Test("The total timeout counts until the last byte of the body")
    func totalTimeoutInBody() async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            connection.readRequest()
        }
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, server.url, totalTimeout: .milliseconds(300)))
            }
            #expect(error?.kind == "timedOut, sent")
        }
    }
}

extension LoopbackSocket {
    /// A socket that asks for a connection and does not wait for it.
    fileprivate static func beginConnecting(to port: UInt16) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let client = socket(AF_INET, type, 0)
        var address = address(port: port)
        _ = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return client
    }
}
