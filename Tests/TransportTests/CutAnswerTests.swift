import Testing

@testable import Transport

/// An answer that is cut anywhere must never pass for a whole one: a shorter list would delete partitions.
@Suite("Answers that are cut", .timeLimit(.minutes(20)))
struct CutAnswerTests {
    private static let whole: [String] = [
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"kvs\":[1]}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"kvs\r\n6\r\n\":[1]}\r\n0\r\n\r\n",
    ]

    @Test("An answer whose connection closes after any of its bytes is an error", arguments: whole)
    func everyCut(answer: String) async throws {
        let bytes = Array(answer.utf8)
        let server = try ScriptedServer { connection in
            guard let request = connection.readRequest(), let length = Int(request.target.dropFirst()) else { return }
            connection.send(Array(bytes[..<length]))
        }
        try await withClient { client in
            // Without its last byte a chunked body is whole: only the line break behind its end is missing.
            for length in 0..<bytes.count - 1 {
                let error = await failure { () async throws(TransportError) in
                    try await client.send(HTTPRequest(.post, "\(server.url)/\(length)", body: [1])).text
                }
                #expect(error?.kind == "connectionLost, sent", "after \(length) bytes")
                #expect(error?.nothingWasSent == false)
            }
            let response = try await client.send(HTTPRequest(.get, "\(server.url)/\(bytes.count)"))
            #expect(response.text == "{\"kvs\":[1]}")
        }
    }

    @Test("A stream that is cut throws after what came", arguments: whole)
    func cutStream(answer: String) async throws {
        let bytes = Array(answer.utf8)
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send(Array(bytes.dropLast(3)))
        }
        try await withClient { client in
            let stream = try await client.stream(HTTPRequest(.get, server.url))
            #expect(stream.head.status == 200)
            var body: [UInt8] = []
            let error = await failure { () async throws(TransportError) in
                while let piece = try await stream.next() { body += piece }
            }
            #expect(error?.kind == "connectionLost, sent")
            #expect("{\"kvs\":[1]}".utf8.starts(with: body))
            // The cut is not forgotten, however often one asks.
            #expect(await failure { () async throws(TransportError) in try await stream.next() } == error)
        }
    }

    @Test(
        "What is not HTTP is an answer that we could not read, not a request that was never sent",
        arguments: ["hello\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc\r\n\r\n"])
    func notHTTP(answer: String) async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send(answer)
        }
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.post, server.url, body: [1]))
            }
            #expect(error?.kind == "connectionLost, sent")
        }
    }

    @Test("A chunk with a broken size is an error")
    func brokenChunk() async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send(.chunkedHead)
            connection.send("5\r\nhello\r\nxyz\r\n0\r\n\r\n")
        }
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, server.url)).text
            }
            #expect(error?.kind == "connectionLost, sent")
        }
    }
}
