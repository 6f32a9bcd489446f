import TestSupport
import Testing

@testable import Transport

@Suite("Bodies that stream", .timeLimit(.minutes(20)))
struct StreamTests {
    @Test("The pieces of a body arrive while the request is still open")
    func pieceByPiece() async throws {
        let gate = Gate()
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send(.chunkedHead)
            for number in 1...3 {
                gate.wait()
                connection.send(.chunk("piece \(number)\n"))
            }
            gate.wait()
            connection.send("0\r\n\r\n")
        }
        try await withClient { client in
            let stream = try await client.stream(HTTPRequest(.get, server.url, totalTimeout: nil))
            #expect(stream.head.status == 200)
            #expect(stream.head.header("Content-Type") == "text/plain")
            for number in 1...3 {
                gate.open()
                let piece = try #require(try await stream.next())
                #expect(String(decoding: piece, as: UTF8.self) == "piece \(number)\n")
            }
            gate.open()
            #expect(try await stream.next() == nil)
            #expect(try await stream.next() == nil)
        }
    }

    @Test("The head is there before any byte of the body, every time")
    func headAlone() async throws {
        let gate = Gate()
        let server = try ScriptedServer { connection in
            while connection.readRequest() != nil {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
                gate.wait()
                connection.send("{}")
            }
        }
        try await withClient { client in
            // Often enough to meet the moment between a look for the head and the wait for it.
            for _ in 1...300 {
                let request = HTTPRequest(.get, server.url).keepingItsConnection
                let stream = try await client.stream(request)
                gate.open()
                #expect(try await rest(of: stream) == Array("{}".utf8))
            }
        }
        #expect(server.log.read(\.accepted) == 1)
    }

    @Test("A reader that does not read holds the server back, and then gets everything intact")
    func backpressure() async throws {
        let block = (0..<(1 << 16)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let blocks = 1_024
        let sent = Watched(0)
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(block.count * blocks)\r\n\r\n")
            for _ in 0..<blocks where connection.send(block) { sent.update { $0 += 1 } }
        }
        try await withClient { client in
            let stream = try await client.stream(HTTPRequest(.get, server.url, totalTimeout: nil))
            // Nothing to await but that nothing happens: the count must stand still, well below the 64 MB.
            var last = -1
            try await eventually("standstill of the server", interval: .milliseconds(200)) { () -> Bool in
                defer { last = sent.read { $0 } }
                return last > 0 && last == sent.read { $0 }
            }
            #expect(sent.read { $0 } < blocks * 3 / 4)
            // Others are served meanwhile by the same client.
            let other = try ScriptedServer.answering()
            #expect(try await client.send(HTTPRequest(.get, other.url)).status == 200)

            var count = 0
            var isIntact = true
            while let piece = try await stream.next() {
                var rest = piece[...]
                while !rest.isEmpty {
                    let expected = block[(count % block.count)...].prefix(rest.count)
                    isIntact = isIntact && rest.prefix(expected.count) == expected
                    rest = rest.dropFirst(expected.count)
                    count += expected.count
                }
            }
            #expect(count == block.count * blocks)
            #expect(isIntact)
        }
    }
}
