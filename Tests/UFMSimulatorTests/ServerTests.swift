import TestSupport
import Testing
import UFMModel
import UFMSimulator

@Suite(.timeLimit(.minutes(20)))
struct ServerTests {
    @Test("One connection carries many requests, and every reply has UFM's headers")
    func keepAlive() async throws {
        try await withSimulator { simulator, connection in
            for (method, path, body, status) in [
                ("POST", pkeys, addA, 200), ("GET", pkeys, "", 200), ("GET", "/other", "", 404),
                ("DELETE", pkeys + "/0x6", "", 404), ("DELETE", pkeys + "/0x5", "", 200),
            ] {
                connection.send(method, path, body)
                let reply = try #require(await connection.receive())
                #expect(reply.status == status && reply.isComplete)
                #expect(reply.headers["server"] == "TwistedWeb/22.4.0")
                #expect(reply.headers["rest-version"] == "1.6.0")
                #expect(reply.headers["x-frame-options"] == "DENY")
            }
            #expect(simulator.createdPartitions.isEmpty)
            #expect(simulator.requests.map(\.status) == [200, 200, 404, 404, 200])
            #expect(simulator.writes.map(\.changedState) == [true, false, true])
        }
    }

    @Test("A request line beyond Apache's limit is answered with 414 and the connection ends")
    func requestLine() async throws {
        try await withSimulator { _, connection in
            connection.send("DELETE", pkeys + "/0x5/guids/" + String(repeating: "a", count: 120_000))
            let reply = try #require(await connection.receive())
            #expect(reply.status == 414 && reply.headers["connection"] == "close")
            #expect(await connection.receive() == nil)
        }
    }

    @Test("A client that asks before it sends its body is told to go on")
    func expectContinue() async throws {
        try await withSimulator { _, connection in
            connection.send("PUT", pkeys, addA, headers: "Expect: 100-continue\r\n")
            #expect(await connection.receive()?.status == 100)
            #expect(await connection.receive()?.status == 200)
        }
    }

    @Test("The request log tells what was asked, when, and what came of it")
    func log() async throws {
        try await withSimulator { simulator, connection in
            connection.send("POST", pkeys + "?x=1", addA)
            _ = await connection.receive()
            let record = try #require(simulator.requests.first)
            #expect(record.sequence == 1 && record.method == "POST" && record.path == pkeys + "?x=1")
            #expect(record.body == addA && record.status == 200 && record.changedState && record.fault == nil)
            let end = try #require(record.end)
            #expect(end.monotonic >= record.start.monotonic)
        }
    }

    @Test("The log keeps the newest requests and their numbers")
    func logLimit() async throws {
        try await withSimulator {
            $0.requestLogLimit = 2
        } _: { simulator, connection in
            for _ in 1...7 {
                connection.send("GET", pkeys)
                _ = await connection.receive()
            }
            #expect(simulator.requests.map(\.sequence) == [5, 6, 7])
            #expect(simulator.requests.allSatisfy { $0.status == 200 })
        }
    }

    @Test("A condition is awaited until a request makes it true")
    func waiting() async throws {
        try await withSimulator { simulator, connection in
            async let appears: Void = simulator.waitFor("0x5 has a member") { $0.partitions[5]?.members.count == 1 }
            connection.send("POST", pkeys, addA)
            try await appears
            try await simulator.waitFor("what holds already") { $0.partitions[5] != nil }
            simulator.edit { $0[5] = nil }
            try await simulator.waitFor("0x5 is gone") { $0.partitions[5] == nil && $0.lastUpdated != nil }
        }
    }

    @Test("A wait in vain ends with what was awaited and what there was")
    func waitingInVain() async throws {
        try await withSimulator { simulator, _ in
            simulator.seed(.init(key: 0x4000))
            let error = await #expect(throws: SimulatorError.self) {
                try await simulator.waitFor("rain", timeout: .milliseconds(1)) { $0.partitions.isEmpty }
            }
            #expect(error?.description.contains("rain") == true && error?.description.contains("0x4000") == true)
        }
    }

    @Test("A wait ends when its task is cancelled or the simulator is shut down")
    func waitingEnds() async throws {
        let simulator = try await UFMSimulator.start()
        await withTaskGroup(of: SimulatorError?.self) { group in
            group.addTask {
                do throws(SimulatorError) {
                    try await simulator.waitFor("nothing") { $0.partitions.isEmpty }
                    return nil
                } catch {
                    return error
                }
            }
            group.cancelAll()
            #expect(await group.next() == .stopped)
        }
        try await simulator.shutdown()
        await #expect(throws: SimulatorError.stopped) { try await simulator.waitFor("more") { _ in false } }
    }

    @Test("A request acts at the end of its latency, even if the client has gone")
    func latency() async throws {
        try await withSimulator {
            $0.latency = .milliseconds(50)
        } _: { simulator, connection in
            connection.send("POST", pkeys, addA)
            try await simulator.waitFor("arrival") { $0.requests.first.map { $0.end == nil } ?? false }
            connection.close()
            try await simulator.waitFor("the act") { $0.partitions[5] != nil }
            let milliseconds = try #require(simulator.requests.first?.milliseconds)
            #expect(milliseconds >= 50 && simulator.requests.first?.changedState == true)
        }
    }

    @Test("A session and a token work over the wire")
    func wire() async throws {
        try await withSimulator { _, connection in
            connection.send("POST", "/dologin", "httpd_username=admin&httpd_password=123456")
            let reply = try #require(await connection.receive())
            let cookie = try #require(reply.headers["set-cookie"]?.split(separator: ";").first)
            connection.send("POST", "/ufmRestV2/resources/pkeys", addA, headers: "Cookie: \(cookie)\r\n")
            #expect(await connection.receive()?.status == 200)
            let form = "--XX\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nnone\r\n--XX--\r\n"
            connection.send(
                "POST", "/ufmRest/app/tokens/revoke", form,
                headers: "Content-Type: multipart/form-data; boundary=XX\r\n")
            #expect(await connection.receive()?.status == 404)
        }
    }

    @Test("A job acts when its time has come, without a request")
    func unasked() async throws {
        try await withSimulator {
            $0.ufm.hosts = ["h1": [Sample.guidA]]
            $0.ufm.switches.jobDelay = 20
        } _: { simulator, connection in
            connection.send("POST", pkeys + "/hosts", #"{"pkey":"0x5","hosts_names":"h1"}"#)
            #expect(await connection.receive()?.status == 200)
            try await simulator.waitFor("the job") { $0.partitions[5]?.members.count == 1 }
            #expect(simulator.requests.count == 1)
        }
    }

    @Test("A restart keeps the partitions and forgets when they changed")
    func restart() async throws {
        try await withSimulator { simulator, connection in
            simulator.seed(.init(key: 5))
            simulator.restart()
            connection.send("GET", pkeys + "/last_updated")
            #expect(await connection.receive()?.body == #"{"last_updated":null}"#)
            #expect(simulator.partitions[5] != nil)
        }
    }

    @Test("A port that is taken is an error that names it")
    func portTaken() async throws {
        try await withSimulator { simulator, _ in
            var configuration = UFMSimulator.Configuration()
            configuration.port = simulator.port
            let error = await #expect(throws: SimulatorError.self) {
                try await UFMSimulator.start(configuration: configuration)
            }
            #expect(error?.description.contains("127.0.0.1:\(simulator.port)") == true)
        }
    }
}
