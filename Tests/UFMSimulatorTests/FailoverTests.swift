import TestSupport
import Testing
import UFMModel
import UFMSimulator

@Suite(.timeLimit(.minutes(20)))
struct FailoverTests {
    private static let lastUpdated = pkeys + "/last_updated"

    @Test(
        "An outage answers with Apache's page and does nothing; then the same partitions are back",
        arguments: [502, 503])
    func page(status: Int) async throws {
        try await withSimulator { simulator, connection in
            simulator.seed(.init(key: 0x30))
            await simulator.failOver(answer: status == 502 ? .badGateway : .serviceUnavailable)
            #expect(!simulator.isActive)
            connection.send("POST", pkeys, addA)
            let reply = try #require(await connection.receive())
            #expect(reply.status == status && reply.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(simulator.partitions[5] == nil)
            #expect(simulator.requests.map(\.fault) == ["outage"] && simulator.requests.map(\.status) == [status])
            await simulator.endOutage()
            connection.send("GET", Self.lastUpdated)
            #expect(await connection.receive()?.body == #"{"last_updated":null}"#)
            #expect(simulator.partitions[0x30] != nil)
        }
    }

    @Test("An outage may refuse connections and end those that are open; then the same port answers")
    func refuse() async throws {
        try await withSimulator { simulator, connection in
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive()?.status == 200)
            await simulator.failOver(answer: .refuse)
            #expect(await connection.receive() == nil)
            #expect(RawConnection(to: simulator) == nil)
            await simulator.endOutage()
            let second = try #require(RawConnection(to: simulator))
            second.send("GET", pkeys)
            #expect(await second.receive()?.body == #"["0x5","0x7fff"]"#)
            second.close()
        }
    }

    @Test("An outage of a given length ends by itself", arguments: Absence.allCases)
    func duration(answer: Absence) async throws {
        try await withSimulator { simulator, _ in
            simulator.seed(.init(key: 5))
            await simulator.failOver(for: .milliseconds(50), answer: answer)
            // That it began shows in what it has made UFM forget, however late we look.
            try await simulator.waitFor("the end of the outage") { $0.activeNodes == [1] && $0.lastUpdated == nil }
            // It is over a moment before the port is open.
            await simulator.endOutage()
            let connection = try #require(RawConnection(to: simulator))
            connection.send("GET", pkeys)
            #expect(await connection.receive()?.status == 200)
            connection.close()
        }
    }

    @Test("The end of an older outage does not end a newer one")
    func newerOutage() async throws {
        try await withSimulator {
            $0.latency = .milliseconds(200)
        } _: { simulator, connection in
            await simulator.failOver(for: .milliseconds(50))
            await simulator.failOver(answer: .badGateway)
            // Its answer comes later than the end of the first outage would.
            connection.send("GET", pkeys)
            #expect(await connection.receive()?.status == 502)
        }
    }

    @Test("What waits when an outage begins does not act, even if it had arrived before")
    func inFlight() async throws {
        try await withSimulator {
            // Long enough for the outage to begin before its end, on a machine that has much else to do.
            $0.latency = .seconds(5)
        } _: { simulator, connection in
            connection.send("POST", pkeys, addA)
            try await simulator.waitFor("arrival") { $0.requests.count == 1 }
            await simulator.failOver()
            #expect(await connection.receive()?.status == 503)
            #expect(simulator.partitions[5] == nil && simulator.requests.first?.changedState == false)
        }
    }

    @Test("A standby answers 503 until it is promoted")
    func standby() async throws {
        try await withSimulator {
            $0.isStandby = true
        } _: { simulator, connection in
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive()?.status == 503)
            await simulator.promote()
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive()?.status == 200)
            #expect(simulator.requests.map(\.fault) == ["standby", nil])
        }
    }

    @Test("A standby may refuse connections until it is promoted, and keeps its port")
    func refusingStandby() async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.isStandby = true
        configuration.ufm.switches.standby = .refuse
        try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
            #expect(RawConnection(to: simulator) == nil)
            await simulator.promote()
            let connection = try #require(RawConnection(to: simulator))
            connection.send("GET", pkeys)
            #expect(await connection.receive()?.status == 200)
            connection.close()
        }
    }

    @Test("Two hosts share one UFM: the promoted one has its partitions, and the other becomes a standby")
    func twoHosts() async throws {
        try await withSimulator { active, first in
            try await UFMSimulator.withSimulator(standbyOf: active) { standby in
                let second = try #require(RawConnection(to: standby))
                defer { second.close() }
                first.send("POST", pkeys, addA)
                #expect(await first.receive()?.status == 200)
                second.send("GET", pkeys)
                #expect(await second.receive()?.status == 503)

                await standby.promote()
                second.send("GET", pkeys)
                #expect(await second.receive()?.body == #"["0x5","0x7fff"]"#)
                second.send("GET", Self.lastUpdated)
                #expect(await second.receive()?.body == #"{"last_updated":null}"#)
                first.send("DELETE", pkeys + "/0x5")
                #expect(await first.receive()?.status == 503)
                #expect(active.partitions[5] != nil && standby.partitions[5] != nil)
                #expect(active.requests.count == 2 && standby.requests.count == 3)
                #expect(active.requests.map(\.node) == [1, 1] && standby.requests.allSatisfy { $0.node == 2 })
            }
        }
    }

    @Test("A host that is gone for good leaves its UFM to the other, and waits go on")
    func deadHost() async throws {
        let active = try await UFMSimulator.start()
        let standby = try await UFMSimulator.start(standbyOf: active)
        active.seed(.init(key: 5))
        async let waiting: Void = active.waitFor("a removal") { $0.partitions[5] == nil }
        try await active.shutdown()
        await standby.promote()
        let connection = try #require(RawConnection(to: standby))
        connection.send("DELETE", pkeys + "/0x5")
        #expect(await connection.receive()?.status == 200)
        connection.close()
        try await waiting
        try await standby.shutdown()
    }
}
