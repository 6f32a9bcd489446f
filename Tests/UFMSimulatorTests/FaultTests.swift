import TestSupport
import Testing
import UFMModel
import UFMSimulator

@Suite(.timeLimit(.minutes(20)))
struct FaultTests {
    @Test("A status in place of an answer comes in HTML, as often as asked, where it was asked for")
    func status() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.status(503), method: "POST", path: pkeys, count: 2))
            for (method, status) in [("GET", 200), ("POST", 503), ("POST", 503), ("POST", 200)] {
                connection.send(method, pkeys, method == "POST" ? addA : "")
                let reply = try #require(await connection.receive())
                #expect(reply.status == status)
                #expect(reply.headers["content-type"]?.hasPrefix("text/html") == (status == 503))
            }
            #expect(simulator.faults.isEmpty)
            #expect(simulator.requests.map(\.fault) == [nil, "status", "status", nil])
            #expect(simulator.requests.map(\.changedState) == [false, false, false, true])
        }
    }

    @Test("An error may come after the act")
    func statusAfterActing() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.statusAfterActing(502)))
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive()?.status == 502)
            #expect(simulator.partitions[5] != nil && simulator.writes.first?.changedState == true)
        }
    }

    @Test("Any answer can be put in place of the right one")
    func answer() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.answer(status: 200, contentType: "text/html", body: "<html>")))
            connection.send("GET", pkeys)
            let reply = await connection.receive()
            #expect(reply?.status == 200 && reply?.body == "<html>")
        }
    }

    @Test("A delay holds one request back")
    func delay() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.delay(.milliseconds(40))))
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive()?.status == 200)
            #expect(simulator.requests.first?.milliseconds ?? 0 >= 40)
        }
    }

    @Test("A request that hangs gets neither an act nor an answer")
    func hang() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.hang))
            connection.send("POST", pkeys, addA)
            try await simulator.waitFor("the request") { $0.requests.first?.fault == "hang" }
            let other = try #require(RawConnection(to: simulator))
            other.send("GET", pkeys)
            #expect(await other.receive()?.body == #"["0x7fff"]"#)
            other.close()
            #expect(simulator.requests.first?.end == nil)
        }
    }

    @Test("A connection may be cut before the act or after it")
    func cut() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.cutBeforeActing), .init(.cutAfterActing))
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive() == nil)
            #expect(simulator.partitions[5] == nil)
            let second = try #require(RawConnection(to: simulator))
            second.send("POST", pkeys, addA)
            #expect(await second.receive() == nil)
            second.close()
            #expect(simulator.partitions[5] != nil)
            #expect(simulator.requests.allSatisfy { $0.end != nil && $0.status == nil })
        }
    }

    @Test("A truncated reply announces more than it sends")
    func truncate() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.truncateBody))
            connection.send("GET", pkeys)
            let reply = try #require(await connection.receive())
            #expect(reply.status == 200 && !reply.isComplete && reply.body == #"["0x7"#)
        }
    }

    @Test("A delayed duplicate acts a second time")
    func repeated() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.repeatAfter(.milliseconds(5))))
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive()?.status == 200)
            try await simulator.waitFor("the duplicate") { $0.requests.count == 2 && $0.requests[1].end != nil }
            #expect(simulator.requests.map(\.fault) == ["repeat", "duplicate"])
            #expect(simulator.requests.map(\.changedState) == [true, false])
        }
    }

    @Test("Faults without a count stay until they are cleared")
    func clear() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.status(500), count: nil))
            for status in [500, 500, 200] {
                if status == 200 { simulator.clearFaults() }
                connection.send("GET", pkeys)
                #expect(await connection.receive()?.status == status)
            }
        }
    }

    @Test("A path behind the prefix is meant under every prefix")
    func anyPrefix() async throws {
        try await withSimulator { simulator, connection in
            simulator.inject(.init(.status(500), path: "/resources/pkeys/0x5", count: nil))
            for (path, status) in [
                (pkeys + "/0x5", 500), (pkeys + "/0x6", 200), ("/ufmRestV3/resources/pkeys/0x5", 500),
                ("/resources/pkeys/0x5", 500), ("/ufmRestV2/app/ufm_version", 401),
            ] {
                connection.send("GET", path)
                #expect(await connection.receive()?.status == status, "\(path)")
            }
        }
    }

    @Test("A fault may let requests pass before it happens")
    func skip() async throws {
        try await withSimulator { simulator, connection in
            var fault = UFMSimulator.Fault(.status(502), method: "GET", count: 1)
            fault.skip = 2
            simulator.inject(fault)
            for status in [200, 200, 502, 200] {
                connection.send("GET", pkeys)
                #expect(await connection.receive()?.status == status)
            }
        }
    }

    @Test("A fault may begin later and end by itself")
    func window() async throws {
        try await withSimulator { simulator, connection in
            var later = UFMSimulator.Fault(.status(502), count: nil)
            later.after = .seconds(3600)
            var over = UFMSimulator.Fault(.status(500), count: nil)
            over.lasting = .zero
            var now = UFMSimulator.Fault(.status(503), method: "POST", count: nil)
            now.lasting = .seconds(3600)
            simulator.inject(later, over, now)
            for (method, status) in [("GET", 200), ("POST", 503), ("POST", 503)] {
                connection.send(method, pkeys, method == "POST" ? addA : "")
                #expect(await connection.receive()?.status == status)
            }
            #expect(simulator.faults == [later, now])
        }
    }
}
