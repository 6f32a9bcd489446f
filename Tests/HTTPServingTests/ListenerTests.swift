import HTTPServing
import NIOCore
import TestSupport
import Testing

@Suite("A listener on a socket", .timeLimit(.minutes(20)))
struct ListenerTests {
    @Test("It serves, refuses everybody when it is closed, and serves again on its port when it is opened again")
    func reopening() async throws {
        let listener = Listener(responder: Answers(), limits: .page)
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        let connection = try #require(RawConnection(port: port))
        connection.send("GET", "/a")
        #expect(await connection.receive()?.body == "/a")
        await listener.shutDown()
        #expect(await connection.receive() == nil)
        #expect(RawConnection(port: port) == nil)
        try await listener.reopen(host: "127.0.0.1", port: port).get()
        // Somebody else may have asked for the same.
        try await listener.reopen(host: "127.0.0.1", port: port).get()
        let other = try #require(RawConnection(port: port))
        other.send("GET", "/b")
        #expect(await other.receive()?.body == "/b")
        await listener.shutDown()
    }

    @Test("A port that is taken is an error that names it")
    func taken() async throws {
        let listener = Listener(responder: Answers(), limits: .page)
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        let error = await #expect(throws: ServingError.self) {
            try await Listener(responder: Answers(), limits: .page).bind(host: "127.0.0.1", port: port)
        }
        #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(port): ") == true)
        await listener.shutDown()
    }

    @Test("One connection too many takes the place of the one that has waited longest for its client")
    func eviction() async throws {
        var limits = ServingLimits.page
        limits.connections = 2
        let listener = Listener(responder: Answers(), limits: limits)
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        let first = try #require(RawConnection(port: port))
        first.send("GET", "/1")
        #expect(await first.receive()?.status == 200)
        let second = try #require(RawConnection(port: port))
        second.send("GET", "/2")
        #expect(await second.receive()?.status == 200)
        // Now the second has waited longer.
        first.send("GET", "/1")
        #expect(await first.receive()?.status == 200)
        let third = try #require(RawConnection(port: port))
        third.send("GET", "/3")
        #expect(await third.receive()?.status == 200)
        #expect(await second.receive() == nil)
        first.send("GET", "/1")
        #expect(await first.receive()?.status == 200)
        await listener.shutDown()
    }

    @Test("Who is being answered keeps the place, and one too many is turned away")
    func allAnswered() async throws {
        var limits = ServingLimits.page
        limits.connections = 2
        let answers = Answers {
            $0.target == "/last" ? PendingExchange(ServedResponse.page("")) : PendingExchange(Silence())
        }
        let listener = Listener(responder: answers, limits: limits)
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        let connections = try (1...2).map { _ in try #require(RawConnection(port: port)) }
        for connection in connections { connection.send("GET", "/") }
        await answers.waitForRequests(2)
        let third = try #require(RawConnection(port: port))
        #expect(await third.receive() == nil)
        connections[0].close()
        try await eventually("the place that became free is given away") {
            guard let fourth = RawConnection(port: port) else { return false }
            fourth.send("GET", "/last")
            return await fourth.receive()?.status == 200
        }
        await listener.shutDown()
    }
}
