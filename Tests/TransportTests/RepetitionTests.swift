import TestSupport
import Testing

@testable import Transport

/// Whether a request may be repeated is for the caller to say: a write that is sent twice may undo a later one.
@Suite("Requests on a connection that dies", .timeLimit(.minutes(20)))
struct RepetitionTests {
    /// Answers the first request of a connection, and closes it on the second, which may have been carried out.
    private static func server() throws -> ScriptedServer {
        try ScriptedServer { connection in
            connection.readRequest()
            connection.send(.ok("{}"))
            connection.readRequest()
        }
    }

    @Test(
        "A request that changes something is not sent again by itself when a reused connection dies without an answer",
        arguments: [
            (HTTPRequest.Method.post, 17 as Int?), (.post, 1), (.post, 300_000), (.post, 0), (.post, nil),
            (.put, 3), (.put, 0), (.delete, nil), (.delete, 1),
        ])
    func writesAreNotRepeated(method: HTTPRequest.Method, length: Int?) async throws {
        let body = length.map { [UInt8](repeating: UInt8(ascii: "7"), count: $0) }
        let server = try Self.server()
        try await withClient { client in
            _ = try await client.send(HTTPRequest(.get, "\(server.url)/first"))
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(method, "\(server.url)/second", body: body).keepingItsConnection)
            }
            #expect(error?.kind == "connectionLost, sent")
            #expect(error?.nothingWasSent == false)
            let requests = server.log.read(\.requests)
            #expect(requests.map(\.target) == ["/first", "/second"])
            #expect(requests.map(\.connection) == [1, 1])
            // libcurl may already have made a new connection; not a byte goes over it.
            #expect(server.log.read(\.bytes).keys.sorted() == [1])
            #expect(error?.description == "127.0.0.1:\(server.port): connection lost: closed without an answer")
        }
    }

    /// What libcurl 7.76 lacks of what we set.
    private static let olderLibcurl: Set<UInt32> = [20_312, 314, 321, 322]

    @Test(
        "On a libcurl that cannot ask before it sends, nothing that changes something is sent twice either",
        arguments: [
            (HTTPRequest.Method.post, 17 as Int?), (.post, 0), (.post, nil), (.put, 3), (.put, 0), (.delete, nil),
            (.delete, 1),
        ])
    func olderLibcurl(method: HTTPRequest.Method, length: Int?) async throws {
        let body = length.map { [UInt8](repeating: UInt8(ascii: "7"), count: $0) }
        let server = try Self.server()
        let client = try HTTPClient(names: NameDirectory(), hiding: Self.olderLibcurl)
        defer { client.shutdown() }
        _ = try await client.send(HTTPRequest(.get, "\(server.url)/first"))
        let request = HTTPRequest(method, "\(server.url)/second", body: body).keepingItsConnection
        if length ?? 0 == 0 {
            // It goes over a new connection, where there is nothing that libcurl would repeat.
            #expect(try await client.status(request) == 200)
            #expect(server.log.read { $0.requests.map(\.connection) } == [1, 2])
        } else {
            let error = await failure { () async throws(TransportError) in try await client.send(request) }
            #expect(error?.kind == "connectionLost, sent")
            #expect(server.log.read { $0.requests.map(\.connection) } == [1, 1])
        }
    }

    @Test("A connection that closed while it was idle does not fail the next request")
    func idleConnection() async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send(.ok("{}"))
        }
        try await withClient { client in
            for number in 1...3 {
                let response = try await client.send(HTTPRequest(.post, "\(server.url)/\(number)", body: [1]))
                #expect(response.status == 200)
                // It is the server's end that is closed; the news travels to the client within the same kernel.
                #expect(await server.log.wait(timeout: .untilHung) { $0.finished == number ? true : nil } == true)
            }
        }
        #expect(server.log.read(\.requests).map(\.target) == ["/1", "/2", "/3"])
    }
}
