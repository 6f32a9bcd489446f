import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("Reading from UFM")
struct ReadTests {
    @Test("The version is read from old and new answers and compared by number")
    func version() async throws {
        let scripted = Scripted(.json(try fixture("version-6.14.json")), .json(try fixture("version-6.18.json")))
        let old = try await scripted.client.version()
        let new = try await scripted.client.version()
        #expect(old.description == "6.14.5-2")
        #expect(new.text == "6.18.0-5")
        #expect(old < new)
        #expect(new == UFMVersion(6, 18, 0))
        #expect(new < UFMVersion(6, 22, 0))
    }

    @Test(
        "Odd versions keep their numbers",
        arguments: [("6.20.0rc1", 6, 20, 0), ("6.9", 6, 9, 0), ("7", 7, 0, 0), ("6.24.2.1-3", 6, 24, 2)])
    func oddVersions(text: String, major: Int, minor: Int, patch: Int) throws {
        let version = try #require(UFMVersion(parsing: text))
        #expect((version.major, version.minor, version.patch) == (major, minor, patch))
        #expect(version.text == text)
    }

    @Test(
        "What is no UFM has no version",
        arguments: [#"{"version":"1.2"}"#, #"{"ufm_release_version":"none"}"#, "[]", "ok", ""])
    func noVersion(body: String) async throws {
        let error = await #expect(throws: UFMError.self) { try await Scripted(.json(body)).client.version() }
        guard case .malformedAnswer = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("The whole fabric is one request with members and without QoS")
    func snapshot() async throws {
        let scripted = Scripted(.json(try fixture("list-guids.json")))
        let snapshot = try await scripted.client.snapshot()
        #expect(await scripted.lines == ["GET https://ufm1/ufmRest/resources/pkeys?guids_data=true"])
        #expect(snapshot.sortedPartitions.map(\.number.description) == ["0x2fb", "0x7fff"])
        let partition = try #require(snapshot[key("0x2fb")])
        #expect(partition.name == "api_pkey_0x2fb")
        #expect(partition.ipOverIB)
        #expect(partition.members == [Member(guid: try guid("946dae03005985c8"), index0: true)])
        let management = try #require(snapshot.partitions[.defaultPartition])
        #expect(management.name == "management")
        #expect(management.members.isEmpty)
    }

    @Test("Keys and GUIDs are read in any spelling, what is left out has UFM's defaults, the unknown is ignored")
    func spellings() async throws {
        let body = """
            {"site_name":"AMS","0xFFFF":{"partition":"management"},
             "0x00fb":{"guids":[{"guid":"0x946DAE03005985C8"},{"guid":"46dae03005985c8","membership":"Limited",
                "index0":null,"port_type":"hca"}],"sharp_enabled":false},
             "0x8005":{"guids":[],"ip_over_ib":false,"partition":null}}
            """
        let snapshot = try await Scripted(.json(body)).client.snapshot()
        #expect(snapshot.sortedPartitions.map(\.number.description) == ["0x5", "0xfb", "0x7fff"])
        var wanted = Partition(
            number: try key("0xfb").number, ipOverIB: true,
            members: [
                Member(guid: try guid("946dae03005985c8"), membership: .full, index0: false),
                Member(guid: try guid("046dae03005985c8"), membership: .limited, index0: false),
            ])
        (wanted.tellsIndex0, wanted.tellsIPOverIB) = (false, false)
        #expect(snapshot[try key("0xfb")] == wanted)
        #expect(snapshot[try key("0x5")]?.tellsIPOverIB == true)
        #expect(snapshot[try key("0x5")]?.ipOverIB == false)
    }

    @Test("JSON is data whatever the server calls it")
    func wrongLabel() async throws {
        let snapshot = try await Scripted(.html(try fixture("list-guids.json"))).client.snapshot()
        #expect(snapshot.partitions.count == 2)
    }

    @Test("The last change is an opaque text, or nil where UFM does not say")
    func lastUpdated() async throws {
        let scripted = Scripted(
            .json(#"{"last_updated":"2026-01-02 03:04:05"}"#), .json(#"{"last_updated":null}"#), .json("{}"),
            .json(#"{"last_updated":1711608244.5}"#), .status(404))
        var answers: [String?] = []
        for _ in 0..<5 { answers.append(try await scripted.client.lastUpdated()) }
        #expect(answers == ["2026-01-02 03:04:05", nil, nil, "1711608244.5", nil])
        #expect(await scripted.lines.first == "GET https://ufm1/ufmRest/resources/pkeys/last_updated")
    }

    @Test("A read on a connection that broke is repeated once, and no more")
    func repeatedRead() async throws {
        let broken = ScriptedTransport.Step.failure(.connectionLost(host: "ufm1", reason: "reset", sent: true))
        let scripted = Scripted(broken, .json(try fixture("list-guids.json")), broken, broken, .json("{}"))
        _ = try await scripted.client.snapshot()
        let error = await #expect(throws: UFMError.self) { try await scripted.client.snapshot() }
        #expect(error?.isOutage == true)
        #expect(error?.outcome == .notApplied)
        #expect(await scripted.transport.unusedSteps == 1)
    }

    @Test("A read that took too long is not repeated")
    func slowRead() async throws {
        let scripted = Scripted(.failure(.timedOut(host: "ufm1", after: .seconds(30), sent: true)), .json("{}"))
        await #expect(throws: UFMError.self) { try await scripted.client.snapshot() }
        #expect(await scripted.transport.unusedSteps == 1)
    }
}
