import TestSupport
import Testing
import UFMModel
import UFMSimulator

@Suite(.timeLimit(.minutes(20)))
struct ScenarioTests {
    private static let document = """
        {
          "profile": "6.19.1", "bugs": ["3816196"],
          "switches": {"missingGet": "notFound", "maxGuids": 7, "qosNeedsRestart": true},
          "partitions": {
            "0x4000": {
              "name": "storage", "ip_over_ib": false,
              "guids": [
                "\(Sample.a)", {"guid": "\(Sample.b)", "membership": "limited", "index0": true}
              ],
              "qos_conf": {"mtu_limit": 4, "rate_limit": 200}
            }
          },
          "foreignPartitions": {"0x30": {"name": "user_ext"}},
          "knownPorts": ["\(Sample.a)"], "hosts": {"h1": ["\(Sample.b)"]},
          "virtualPorts": {"0000000000000abc": "\(Sample.a)"}, "downPorts": ["\(Sample.b)"],
          "users": [{"name": "w", "password": "w", "role": "Monitoring_Only"}], "tokens": ["abc"],
          "certificateUsers": {"daemon": "admin"},
          "faults": [{"kind": "delay", "delay": 20, "path": "/resources", "skip": 2, "after": 5, "for": 50}]
        }
        """

    @Test("A scenario sets what it names")
    func configuration() throws {
        var configuration = UFMSimulator.Configuration()
        try configuration.apply(ScenarioDocument(parsing: Array(Self.document.utf8)))
        #expect(configuration.ufm.version == "6.19.1-5" && configuration.ufm.bugs == [.postCreatesEmpty])
        #expect(configuration.ufm.switches.missingGet == .notFound && configuration.ufm.switches.maxGuids == 7)
        #expect(configuration.ufm.switches.qosNeedsRestart)
        var storage = Partition(
            key: 0x4000, name: "storage", ipOverIB: false,
            members: [Sample.guidA: .init(), Sample.guidB: .init(.limited, index0: true)])
        storage.qos.mtuLimit = 4
        storage.qos.rateLimit = 200
        #expect(configuration.ufm.partitions == [storage])
        #expect(configuration.ufm.foreignPartitions == [.init(key: 0x30, name: "user_ext")])
        #expect(configuration.ufm.knownPorts == [Sample.guidA] && configuration.ufm.hosts == ["h1": [Sample.guidB]])
        #expect(configuration.ufm.virtualPorts == [0xabc: Sample.guidA])
        #expect(configuration.ufm.downPorts == [Sample.guidB])
        #expect(configuration.ufm.users == [.init(name: "w", password: "w", role: .monitoringOnly)])
        #expect(configuration.ufm.tokens == ["abc"] && configuration.ufm.certificateUsers == ["daemon": "admin"])
        var fault = UFMSimulator.Fault(.delay(.milliseconds(20)), path: "/resources", count: nil)
        fault.skip = 2
        fault.after = .milliseconds(5)
        fault.lasting = .milliseconds(50)
        #expect(configuration.faults == [fault])
    }

    @Test(
        "A scenario that makes no sense is an error that names the file and the place",
        arguments: [
            ("{\n  \"switches\": nothing\n}", "not JSON"),
            (#"{"partitions": {}"#, "not JSON"),
            ("", "not JSON"), ("[]", "must be an object"),
            (#"{"colour": 1}"#, "there is no colour, there are profile, "),
            (#"{"profile": "7"}"#, "profile: must be one of 6.12, "),
            (#"{"version": "7"}"#, "version: must be a version"),
            (#"{"switches": {"missingGet": 7}}"#, "switches.missingGet: switch missingGet takes emptyObject, notFound"),
            (#"{"switches": {"rain": "1"}}"#, "switches.rain: there is no switch rain"),
            (#"{"bugs": ["1"]}"#, "bugs[0]: must be one of"),
            (#"{"partitions": {"0x7fff": {}}}"#, "partitions.0x7fff: a PKey is 0x1 to 0x7ffe"),
            (#"{"partitions": {"0x5": {"guids": ["1"]}}}"#, "partitions.0x5.guids[0]: must be a GUID"),
            (#"{"partitions": {"0x5": {"guids": [{"index0": true}]}}}"#, "partitions.0x5.guids[0]: guid is missing"),
            (
                #"{"partitions": {"0x5": {"qos_conf": {"mtu_limit": 3}}}}"#,
                "partitions.0x5.qos_conf.mtu_limit: must be 2"
            ),
            (#"{"partitions": {"0x5": {"ip_over_ib": 1}}}"#, "partitions.0x5.ip_over_ib: must be true or false"),
            (#"{"faults": [{"kind": "hang"}, {"kind": "rain"}]}"#, "faults[1].kind: must be one of status, "),
            (#"{"faults": [{"kind": "hang", "for": -1}]}"#, "faults[0].for: must be a whole number"),
            (#"{"users": [{"name": "a"}]}"#, "users[0]: name and password are needed"),
            (#"{"hosts": {"h1": "a"}}"#, "hosts.h1: must be an array"),
        ])
    func refused(document: String, place: String) throws {
        let directory = try TemporaryDirectory("scenario")
        try directory.write(document, to: "s.json")
        let error = #expect(throws: SimulatorError.self) {
            try ScenarioDocument(file: directory.file("s.json"))
        }
        #expect(error?.description.hasPrefix("\(directory.file("s.json")): \(place)") == true, "\(error as Any)")
    }

    @Test("A scenario file that is not there is an error that names it")
    func missingFile() {
        let error = #expect(throws: SimulatorError.self) { try ScenarioDocument(file: "/nowhere/s.json") }
        #expect(error?.description == "/nowhere/s.json: there is no such file")
    }

    @Test("A scenario changes a simulator that runs: it puts partitions in place and removes others")
    func running() async throws {
        try await withSimulator {
            $0.ufm.partitions = [.init(key: 0x10), .init(key: 0x11)]
        } _: { simulator, connection in
            try simulator.apply(ScenarioDocument(parsing: Array(Self.document.utf8)))
            try simulator.apply(ScenarioDocument(parsing: Array(#"{"partitions": {"0x10": null}}"#.utf8)))
            #expect(Set(simulator.createdPartitions.keys) == [0x11, 0x4000])
            // No request has come yet that would find its time over.
            #expect(simulator.switches.missingGet == .notFound && simulator.faults.count == 1)
            connection.send("GET", "/ufmRest/app/ufm_version")
            #expect(await connection.receive()?.body.contains("6.19.1-5") == true)
            connection.send("GET", "/ufmRest/resources/ports")
            #expect(await connection.receive()?.body.contains(#""system_name":"h1""#) == true)
        }
    }

    @Test("A scenario without a profile leaves version and switches that it does not name")
    func partial() async throws {
        try await withSimulator {
            $0.ufm.switches.missingGet = .notFound
        } _: { simulator, connection in
            simulator.changeSwitches { $0.createStatus = .created }
            try simulator.apply(ScenarioDocument(parsing: Array(#"{"switches": {"dupCreate": "409"}}"#.utf8)))
            var expected = Switches()
            expected.missingGet = .notFound
            expected.createStatus = .created
            expected.dupCreate = .conflict
            #expect(simulator.switches == expected)
        }
    }
}
