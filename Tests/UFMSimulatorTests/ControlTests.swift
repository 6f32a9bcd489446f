import Testing
import UFMSimulator

@Suite(.timeLimit(.minutes(1)))
struct ControlTests {
    /// Runs a simulator with one partition, and sends requests to its control port.
    private func withControl(_ body: (UFMSimulator, RawConnection) async throws -> Void) async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.controlPort = 0
        configuration.partitions = [
            .init(key: 0x4000, ipOverIB: false, members: [ModelHarness.guidA: .init(.limited, index0: true)])
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
            let member = #"{"guid":"\#(ModelHarness.a)","index0":true,"membership":"limited"}"#
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
            let ufm = try #require(RawConnection(port: simulator.port))
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
}
