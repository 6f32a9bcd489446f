import Glibc
import TestSupport
import Testing
import UFMModel
import UFMSimulator

@Suite(.timeLimit(.minutes(20)))
struct StateFileTests {
    private static func configuration(_ directory: TemporaryDirectory) -> UFMSimulator.Configuration {
        var configuration = UFMSimulator.Configuration()
        configuration.stateFile = directory.file("state.json")
        return configuration
    }

    @Test("Partitions and tokens outlive the simulator, in place of those to preload; last_updated does not")
    func restart() async throws {
        let directory = try TemporaryDirectory("state")
        var configuration = Self.configuration(directory)
        configuration.ufm.switches.qosNeedsRestart = true
        configuration.ufm.partitions = [.init(key: 0x30)]
        let before = try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
            let connection = try #require(RawConnection(to: simulator))
            defer { connection.close() }
            connection.send("POST", pkeys, addA)
            connection.send(
                "POST", pkeys, #"{"pkey":"0x6","guids":["\#(Sample.b)"],"partition_name":"a \"b\"\n"}"#)
            connection.send(
                "PUT", pkeys + "/qos_conf", #"{"pkey":"0x6","mtu_limit":4,"service_level":3,"rate_limit":100}"#)
            connection.send("DELETE", pkeys + "/0x30")
            connection.send("POST", "/ufmRest/app/tokens")
            for _ in 1...5 { #expect(await connection.receive()?.status == 200) }
            return simulator.partitions
        }
        #expect(before.count == 3 && before[6]?.pendingQoS?.mtuLimit == 4)
        try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
            #expect(simulator.partitions == before)
            let connection = try #require(RawConnection(to: simulator))
            defer { connection.close() }
            connection.send("GET", pkeys + "/last_updated")
            #expect(await connection.receive()?.body == #"{"last_updated":null}"#)
            connection.send("GET", "/ufmRest/app/tokens")
            #expect(await connection.receive()?.body.contains("access_token") == true)
        }
        #expect(access(directory.file("state.json") + ".new", F_OK) == -1)
    }

    @Test("What was answered is in the file by then")
    func atOnce() async throws {
        let directory = try TemporaryDirectory("state")
        try await UFMSimulator.withSimulator(configuration: Self.configuration(directory)) { simulator in
            let connection = try #require(RawConnection(to: simulator))
            defer { connection.close() }
            connection.send("POST", pkeys, addA)
            #expect(await connection.receive()?.status == 200)
            #expect(try directory.read("state.json").contains(Sample.a))
        }
    }

    @Test(
        "A state file that cannot be read is an error that names it",
        arguments: ["", "{", "{}", #"{"partitions":{"0x5":{"guids":["x"]}}}"#, #"{"partitions":{},"tokens":[{}]}"#])
    func broken(text: String) async throws {
        let directory = try TemporaryDirectory("state")
        try directory.write(text, to: "state.json")
        let error = await #expect(throws: SimulatorError.self) {
            try await UFMSimulator.start(configuration: Self.configuration(directory))
        }
        #expect(error?.description.hasPrefix(directory.file("state.json") + ": ") == true)
        #expect(try directory.read("state.json") == text)
    }

    @Test("A state file that cannot be written is an error that names it")
    func unwritable() async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.stateFile = "/nowhere/state.json"
        let error = await #expect(throws: SimulatorError.self) {
            try await UFMSimulator.start(configuration: configuration)
        }
        #expect(error?.description == "/nowhere/state.json: cannot write it: No such file or directory")
    }

    @Test("A change that cannot be kept is answered with an error")
    func lostDirectory() async throws {
        let directory = try TemporaryDirectory("state")
        let lost = directory.file("lost")
        #expect(mkdir(lost, 0o700) == 0)
        var configuration = UFMSimulator.Configuration()
        configuration.stateFile = lost + "/state.json"
        try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
            unlink(lost + "/state.json")
            rmdir(lost)
            let connection = try #require(RawConnection(to: simulator))
            defer { connection.close() }
            connection.send("POST", pkeys, addA)
            let reply = try #require(await connection.receive())
            #expect(reply.status == 500 && reply.body.contains(lost))
        }
    }
}
