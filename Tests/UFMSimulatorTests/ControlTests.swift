import TestSupport
import Testing
import UFMModel
import UFMSimulator

@Suite(.timeLimit(.minutes(20)))
struct ControlTests {
    /// Runs a simulator with one partition, and sends requests to its control port.
    private func withControl(_ body: (UFMSimulator, RawConnection) async throws -> Void) async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.controlPort = 0
        configuration.ufm.partitions = [
            .init(key: 0x4000, ipOverIB: false, members: [Sample.guidA: .init(.limited, index0: true)])
        ]
        try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
            let port = try #require(simulator.controlURL?.split(separator: ":").last.flatMap { Int($0) })
            let connection = try #require(RawConnection(port: port))
            defer { connection.close() }
            try await body(simulator, connection)
        }
    }

    @Test("The state is told as stable JSON and as a table")
    func state() async throws {
        try await withControl { _, connection in
            connection.send("GET", "/state")
            let member = #"{"guid":"\#(Sample.a)","index0":true,"membership":"limited"}"#
            #expect(
                await connection.receive()?.body == #"{"last_updated":null,"partitions":{"#
                    + #""0x4000":{"guids":[\#(member)],"ip_over_ib":false,"name":"api_pkey_0x4000"},"#
                    + #""0x7fff":{"guids":[],"ip_over_ib":true,"name":"management"}}}"# + "\n")
            let table = """
                PKEY    NAME             IPOIB  MEMBER            MEMBERSHIP  INDEX0
                0x4000  api_pkey_0x4000  no     946dae03005985c8  limited     yes
                0x7fff  management       yes    -                 -           -

                """
            for path in ["/table", "/state?format=table"] {
                connection.send("GET", path)
                #expect(await connection.receive()?.body == table)
            }
        }
    }

    @Test("The log is told as one line of JSON per request of UFM's own port")
    func log() async throws {
        try await withControl { simulator, connection in
            let ufm = try #require(RawConnection(to: simulator))
            ufm.send("DELETE", "/ufmRest/resources/pkeys/0x4000")
            #expect(await ufm.receive()?.status == 200)
            ufm.close()
            connection.send("GET", "/log")
            let lines = try #require(await connection.receive()?.body.split(separator: "\n"))
            #expect(lines.count == 1)
            #expect(lines[0].hasPrefix(#"{"sequence":1,"method":"DELETE","path":"/ufmRest/resources/pkeys/0x4000","#))
            #expect(lines[0].hasSuffix(#","status":200,"fault":null,"changed":true}"#))
        }
    }

    @Test("Faults are set and cleared")
    func faults() async throws {
        try await withControl { simulator, connection in
            let delay = #"{"kind":"delay","method":"PUT","path":"/ufmRest","count":3,"delay":20}"#
            for body in [delay, #"{"kind":"status","count":0}"#] {
                connection.send("POST", "/faults", body)
                #expect(await connection.receive()?.status == 201)
            }
            #expect(
                simulator.faults == [
                    .init(.delay(.milliseconds(20)), method: "PUT", path: "/ufmRest", count: 3),
                    .init(.status(503), count: nil),
                ])
            connection.send("DELETE", "/faults")
            #expect(await connection.receive()?.status == 200)
            #expect(simulator.faults.isEmpty)
        }
    }

    @Test(
        "A fault that makes no sense is refused",
        arguments: [
            "", "[]", "{}", #"{"kind":"rain"}"#, #"{"kind":"hang","colour":1}"#, #"{"kind":"hang","count":-1}"#,
            #"{"kind":"status","status":99}"#, #"{"kind":"delay","delay":"1"}"#, #"{"kind":"hang","method":1}"#,
        ])
    func badFault(body: String) async throws {
        try await withControl { simulator, connection in
            connection.send("POST", "/faults", body)
            #expect(await connection.receive()?.status == 400)
            #expect(simulator.faults.isEmpty)
        }
    }

    @Test("Faults are told as they were set")
    func faultList() async throws {
        try await withControl { simulator, connection in
            let answer = #"{"kind":"answer","status":200,"body":"[]","skip":1}"#
            for body in [#"{"kind":"repeat","method":"POST","for":70}"#, answer] {
                connection.send("POST", "/faults", body)
                #expect(await connection.receive()?.status == 201)
            }
            connection.send("GET", "/faults")
            #expect(
                await connection.receive()?.body
                    == #"[{"kind":"repeat","method":"POST","path":"/","count":0,"skip":0,"after":0,"for":70,"delay":1000},"#
                    + #"{"kind":"answer","path":"/","contentType":"application/json","body":"[]","count":1,"skip":1,"#
                    + #""after":0,"status":200}]"# + "\n")
        }
    }

    @Test("Switches are told and set while the simulator runs, all of them or none")
    func switches() async throws {
        try await withControl { simulator, connection in
            connection.send("PUT", "/switches", #"{"missingGet":"notFound","applyDelay":50,"qosNeedsRestart":true}"#)
            #expect(await connection.receive()?.status == 200)
            #expect(simulator.switches.missingGet == .notFound && simulator.switches.applyDelay == 50)
            connection.send("GET", "/switches")
            let body = try #require(await connection.receive()?.body)
            #expect(body.hasPrefix(#"{"missingGet":"notFound","dupCreate":"400","#))
            #expect(body.contains(#""applyDelay":"50""#))
            connection.send("PUT", "/switches", #"{"missingGet":"emptyObject","dupCreate":"500"}"#)
            let refusal = try #require(await connection.receive())
            #expect(refusal.status == 400 && refusal.body.contains("switch dupCreate takes 400, 409"))
            #expect(simulator.switches.missingGet == .notFound)
        }
    }

    @Test("A scenario is applied, or refused with the place that is wrong")
    func scenario() async throws {
        try await withControl { simulator, connection in
            connection.send("POST", "/scenario", #"{"partitions":{"0x4000":null,"0x5":{}},"faults":[{"kind":"hang"}]}"#)
            #expect(await connection.receive()?.status == 200)
            #expect(Set(simulator.createdPartitions.keys) == [5] && simulator.faults.count == 1)
            connection.send("POST", "/scenario", #"{"partitions":{"0x5":null},"faults":[{"kind":"rain"}]}"#)
            let refusal = try #require(await connection.receive())
            #expect(refusal.status == 400 && refusal.body.hasPrefix("faults[0].kind: "))
            #expect(simulator.partitions[5] != nil)
        }
    }

    @Test("A failover begins and ends, and a restart forgets the last change")
    func failover() async throws {
        try await withControl { simulator, connection in
            simulator.seed(.init(key: 5))
            connection.send("POST", "/restart")
            #expect(await connection.receive()?.status == 200)
            connection.send("POST", "/failover", #"{"answer":"502"}"#)
            #expect(await connection.receive()?.status == 200)
            #expect(!simulator.isActive)
            connection.send("GET", "/state")
            #expect(await connection.receive()?.body.hasPrefix(#"{"last_updated":null,"#) == true)
            connection.send("DELETE", "/failover")
            #expect(await connection.receive()?.status == 200)
            #expect(simulator.isActive)
            for body in [#"{"answer":"never"}"#, #"{"duration":-1}"#, "[]"] {
                connection.send("POST", "/failover", body)
                #expect(await connection.receive()?.status == 400)
            }
            #expect(simulator.isActive)
        }
    }

    @Test("A standby is promoted")
    func promote() async throws {
        try await withSimulator { active, _ in
            var configuration = UFMSimulator.Configuration()
            configuration.controlPort = 0
            try await UFMSimulator.withSimulator(configuration: configuration, standbyOf: active) { standby in
                let port = try #require(standby.controlURL?.split(separator: ":").last.flatMap { Int($0) })
                let connection = try #require(RawConnection(port: port))
                defer { connection.close() }
                connection.send("POST", "/promote")
                #expect(await connection.receive()?.status == 200)
                #expect(standby.isActive && !active.isActive)
            }
        }
    }

    @Test("The state tells what REST does not show: ports without room, and a broken partition file")
    func damage() async throws {
        try await withControl { simulator, connection in
            try simulator.apply(ScenarioDocument(parsing: Array(#"{"profile":"6.15.1"}"#.utf8)))
            simulator.changeSwitches { $0.tableSize = 2 }
            simulator.seed(.init(key: 0x4001, members: [Sample.guidA: .init()]), .init(key: 5))
            connection.send("GET", "/state")
            let body = try #require(await connection.receive()?.body)
            #expect(body.contains(#""subnet_manager":"PARSE ERROR: every port is a full member of 0x7fff""#))
            #expect(body.contains(#""overflow":{"\#(Sample.a)":["0x4001"]}"#))
        }
    }

    @Test("What there is not is answered with what there is")
    func unknown() async throws {
        try await withControl { _, connection in
            for (method, path) in [("GET", "/"), ("POST", "/state"), ("DELETE", "/log")] {
                connection.send(method, path)
                let reply = try #require(await connection.receive())
                #expect(reply.status == 404 && reply.body.contains("POST /promote"))
            }
        }
    }
}
