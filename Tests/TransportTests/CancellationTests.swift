import TestSupport
import Testing

@testable import Transport

@Suite("Requests that are given up", .timeLimit(.minutes(20)))
struct CancellationTests {
    /// Reads a request, sends the text, and reports that the client has hung up.
    private static func server(sending text: String, closed: Watched<Bool>) throws -> ScriptedServer {
        try ScriptedServer { connection in
            connection.readRequest()
            connection.send(text)
            let isClosed = connection.isClosedByClient()
            closed.update { $0 = isClosed }
        }
    }

    private static let beginning = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"

    @Test("Cancelling a task that waits for an answer closes its connection", arguments: ["", beginning])
    func cancelSend(sent: String) async throws {
        let closed = Watched(false)
        let server = try Self.server(sending: sent, closed: closed)
        try await withClient { client in
            let task = Task {
                await failure { () async throws(TransportError) in
                    try await client.send(HTTPRequest(.get, server.url, totalTimeout: nil))
                }
            }
            #expect(await server.log.wait(timeout: .untilHung) { $0.requests.isEmpty ? nil : true } == true)
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(await closed.wait(timeout: .untilHung) { $0 ? true : nil } == true)
        }
    }

    @Test("Cancelling a task that reads a stream closes its connection, and never looks like the end of the body")
    func cancelStream() async throws {
        let closed = Watched(false)
        let server = try Self.server(sending: Self.beginning, closed: closed)
        try await withClient { client in
            let reading = Watched(false)
            let task = Task {
                await failure { () async throws(TransportError) in
                    let stream = try await client.stream(HTTPRequest(.get, server.url, totalTimeout: nil))
                    let first = try await stream.next()
                    reading.update { $0 = first == Array("hi".utf8) }
                    return try await stream.next()
                }
            }
            #expect(await reading.wait(timeout: .untilHung) { $0 ? true : nil } == true)
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(await closed.wait(timeout: .untilHung) { $0 ? true : nil } == true)
        }
    }

    @Test("A task that is cancelled already gets no answer")
    func cancelledBefore() async throws {
        let server = try ScriptedServer.answering()
        try await withClient { client in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await failure { () async throws(TransportError) in
                    try await client.send(HTTPRequest(.get, server.url))
                }
            }
            #expect(await task.value == .cancelled)
        }
    }

    @Test("Letting go of a stream closes its connection")
    func dropStream() async throws {
        let closed = Watched(false)
        let server = try Self.server(sending: Self.beginning, closed: closed)
        try await withClient { client in
            var stream: HTTPStream? = try await client.stream(HTTPRequest(.get, server.url, totalTimeout: nil))
            #expect(stream?.head.status == 200)
            #expect(closed.read { $0 } == false)
            stream = nil
            #expect(await closed.wait(timeout: .untilHung) { $0 ? true : nil } == true)
        }
    }

    @Test("A body above its limit closes the connection")
    func limitCloses() async throws {
        let closed = Watched(false)
        let server = try Self.server(sending: Self.beginning, closed: closed)
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, server.url, bodyLimit: 1))
            }
            #expect(error?.kind == "answerTooLarge")
            #expect(await closed.wait(timeout: .untilHung) { $0 ? true : nil } == true)
        }
    }

    @Test("A shutdown ends all that runs, and all that comes after it")
    func shutdown() async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            _ = connection.isClosedByClient()
        }
        let client = try HTTPClient()
        let tasks = (1...20).map { _ in
            Task {
                await failure { () async throws(TransportError) in
                    try await client.send(HTTPRequest(.get, server.url, totalTimeout: nil))
                }
            }
        }
        #expect(await server.log.wait(timeout: .untilHung) { $0.requests.count == 20 ? true : nil } == true)
        client.shutdown()
        for task in tasks { #expect(await task.value == .cancelled) }
        #expect(await server.log.wait(timeout: .untilHung) { $0.finished == 20 ? true : nil } == true)
        let later = await failure { () async throws(TransportError) in
            try await client.send(HTTPRequest(.get, server.url))
        }
        #expect(later == .cancelled)
        client.shutdown()
    }

    @Test("Requests cancelled at random moments end, and harm neither the client nor its other requests")
    func randomCancellation() async throws {
        let server = try ScriptedServer.answering(String(repeating: "x", count: 50_000))
        try await withClient { client in
            let outcomes = await withTaskGroup(of: Result<HTTPResponse, TransportError>.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let task = Task { () -> Result<HTTPResponse, TransportError> in
                            do throws(TransportError) {
                                return .success(try await client.send(HTTPRequest(.get, server.url)))
                            } catch {
                                return .failure(error)
                            }
                        }
                        if number.isMultiple(of: 2) {
                            for _ in 0..<number { await Task.yield() }
                            task.cancel()
                        }
                        return await task.value
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 200)
            var answered = 0
            for outcome in outcomes {
                switch outcome {
                case .success(let response):
                    #expect(response.body.count == 50_000)
                    answered += 1
                case .failure(let error): #expect(error == .cancelled)
                }
            }
            #expect(answered >= 100)
            let response = try await client.send(HTTPRequest(.get, server.url))
            #expect(response.status == 200)
        }
    }
}
