import TestSupport
import Testing

@testable import Transport

/// A server that never ends its answer must not be able to fill the memory, in whichever part of it.
@Suite("Answers without end", .timeLimit(.minutes(20)))
struct LimitTests {
    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let filler = String(repeating: "x", count: 8_000)

    /// What comes first, and what comes for ever after.
    private static let endlessHeaders = [
        ("headers", "HTTP/1.1 200 OK\r\n", "X-More: \(filler)\r\n"),
        ("short headers", "HTTP/1.1 200 OK\r\n", String(repeating: "a:\r\n", count: 2_000)),
        ("interim answers", "", "HTTP/1.1 103 Early Hints\r\nLink: \(filler)\r\n\r\n"),
        ("short interim answers", "", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 300)),
        ("trailers", chunked + "2\r\n{}\r\n0\r\n", String(repeating: "X-More: \(filler.prefix(1_000))\r\n", count: 8)),
    ]

    /// Sends without end; `sent` counts what the client has taken.
    private static func server(_ first: String, _ more: String, sent: Watched<Int>) throws -> ScriptedServer {
        try ScriptedServer { connection in
            connection.readRequest()
            connection.send(first)
            let bytes = Array(more.utf8)
            while connection.send(bytes) { sent.update { $0 += bytes.count } }
        }
    }

    @Test("Header lines without end are an error that names their limit", arguments: endlessHeaders)
    func headers(part: String, first: String, more: String) async throws {
        let sent = Watched(0)
        let server = try Self.server(first, more, sent: sent)
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, server.url)).status
            }
            #expect(
                error?.description
                    == "127.0.0.1:\(server.port): headers of the answer larger than \(Transfer.headerLimit) bytes",
                "\(part)")
        }
        #expect(await server.log.wait(timeout: .untilHung) { $0.finished == 1 ? true : nil } == true)
        // Sockets hold some megabytes.
        #expect(sent.read { $0 } < 64 << 20)
    }

    @Test("One trailer without an end is an error that names libcurl's limit")
    func trailer() async throws {
        let sent = Watched(0)
        let server = try Self.server(Self.chunked + "2\r\n{}\r\n0\r\nX-More: ", Self.filler, sent: sent)
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, server.url)).status
            }
            #expect(error == .answerTooLarge(host: "127.0.0.1:\(server.port)", part: .headers, limit: 4_096))
        }
    }

    @Test(
        "Extensions of a chunk without end are an error that names their limit, in a stream too",
        arguments: [true, false])
    func chunkExtensions(isStream: Bool) async throws {
        let sent = Watched(0)
        let server = try Self.server(Self.chunked + "2;", Self.filler, sent: sent)
        try await withClient { client in
            let request = HTTPRequest(.get, server.url, totalTimeout: nil)
            let error = await failure { () async throws(TransportError) in
                if isStream { return try await rest(of: try await client.stream(request)).count }
                return try await client.send(request).status
            }
            #expect(
                error?.description
                    == "127.0.0.1:\(server.port): framing of the answer larger than \(Transfer.framingLimit.bytes) bytes"
            )
        }
        #expect(await server.log.wait(timeout: .untilHung) { $0.finished == 1 ? true : nil } == true)
        print("chunk extensions: ended after \(sent.read { $0 } >> 20) MiB")
    }

    @Test("A body in chunks of one byte is taken, however small they are")
    func smallChunks() async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send(Self.chunked)
            let piece = Array(String(repeating: "1\r\nx\r\n", count: 10_000).utf8)
            for _ in 0..<1_500 { connection.send(piece) }
            connection.send("0\r\n\r\n")
        }
        try await withClient { client in
            let answer = try await client.send(HTTPRequest(.get, server.url, totalTimeout: nil))
            #expect(answer.body.count == 15_000_000)
        }
    }
}
