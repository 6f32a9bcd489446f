import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("Reading one partition")
struct PartitionReadTests {
    @Test("A partition is read flat, wrapped, and in a list of one")
    func shapes() async throws {
        let flat = try fixture("partition-guids-qos.json")
        let wrapped = try fixture("partition-wrapped.json")
        for body in [flat, wrapped, "[\(flat)]", "[\(wrapped)]", #"{"0x31A":\#(flat)}"#, #"{"0x831a":\#(flat)}"#] {
            let scripted = Scripted(.json(body))
            let partition = try await scripted.client.partition(key("0x31a").number)
            #expect(partition?.number == (try key("0x31a").number))
            #expect(partition?.name == "api_pkey_0x31a")
            #expect(partition?.members == [Member(guid: try guid("946dae03005985c8"), index0: true)])
            #expect(await scripted.lines == ["GET https://ufm1/ufmRest/resources/pkeys/0x31a?guids_data=true"])
        }
    }

    @Test("An empty partition is not an absent one")
    func emptyPartition() async throws {
        for body in [#"{"guids":[]}"#, #"{"guids":[],"ip_over_ib":true,"partition":"api_pkey_0x31a"}"#] {
            #expect(try await Scripted(.json(body)).client.partition(key("0x31a").number)?.members.isEmpty == true)
        }
    }

    @Test(
        "Absence is a 404 or nothing in any spelling",
        arguments: [
            ScriptedTransport.Step.json("{}"), .json("null"), .json("[]"), .json("[{}]"), .json(#"{"0x31a":{}}"#),
            .json(#"{"0x31a":null}"#), .json(#"{"site_name":"AMS"}"#), .status(200), .status(204), .status(200, " \n"),
            .status(404), .json(#"{"detail":"PKey 0x31a not found"}"#, status: 404),
        ])
    func absence(step: ScriptedTransport.Step) async throws {
        let scripted = Scripted(step, .json(#"{"guids":[],"partition":"management"}"#))
        #expect(try await scripted.client.partition(key("0x31a").number) == nil)
    }

    @Test("A 404 is believed once the default partition was read along the same path, and from then on")
    func absenceByPath() async throws {
        let management = ScriptedTransport.Step.json(#"{"guids":[],"partition":"management"}"#)
        let scripted = Scripted(.status(404), management, .status(404))
        #expect(try await scripted.client.partition(key("0x31a").number) == nil)
        #expect(try await scripted.client.partition(key("0x31b").number) == nil)
        #expect(
            await scripted.lines
                == [0x31a, 0x7fff, 0x31b].map {
                    "GET https://ufm1/ufmRest/resources/pkeys/0x\(String($0, radix: 16))?guids_data=true"
                })
    }

    @Test("A path that needs a slash is found out once", arguments: [404, 405, 301, 308])
    func pathWithSlash(status: Int) async throws {
        let path = "/ufmRest/resources/pkeys/0x31a"
        let refusal = ScriptedTransport.Step.answer(
            HTTPResponse(
                status: status,
                headers: status < 400 ? [HTTPHeader("Location", "https://ufm1\(path)/?guids_data=true")] : []))
        let partition = ScriptedTransport.Step.json(#"{"guids":[]}"#)
        let scripted = Scripted(refusal, .status(404), partition, partition, partition)
        #expect(try await scripted.client.partition(key("0x31a").number)?.members == [])
        #expect(try await scripted.client.partition(key("0x31a").number)?.members == [])
        let lines = await scripted.lines
        #expect(lines.suffix(2) == Array(repeating: "GET https://ufm1\(path)/?guids_data=true", count: 2))
    }

    @Test(
        "A redirect to anywhere else is a question for a login", arguments: ["/login", "/ufmRest/resources/pkeys/0x5/"])
    func otherRedirect(target: String) async throws {
        let scripted = Scripted(.answer(HTTPResponse(status: 302, headers: [HTTPHeader("Location", target)])))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.partition(key("0x31a").number)
        }
        #expect(error?.isRefusedCredentials == true)
    }

    @Test("The body on record for a missing partition means absence")
    func recordedAbsence() async throws {
        let scripted = Scripted(.json(try fixture("partition-missing.json")))
        #expect(try await scripted.client.partition(key("0x31a").number) == nil)
    }

    @Test(
        "Nonsense is neither a partition nor an absence",
        arguments: [
            #"{"detail":"busy"}"#, #"{"0x5":{"guids":[]}}"#, #"[{"guids":[]},{"guids":[]}]"#, #"["0x31a"]"#, "false",
            "42", "{", #"{"guids":[],"pkey":"0x5"}"#, #"{"guids":"none"}"#, #"{"guids":[{"guid":""}]}"#,
            #"{"0x31a":{"guids":[]},"0x31b":{"guids":[]}}"#, "Internal error",
        ])
    func nonsense(body: String) async throws {
        await #expect(throws: UFMError.self) {
            try await Scripted(.json(body)).client.partition(key("0x31a").number)
        }
    }

    @Test("A partition without its list of members is incomplete")
    func withoutMembers() async throws {
        let body = try fixture("partition-without-guids.json")
        let error = await #expect(throws: UFMError.self) {
            try await Scripted(.json(body)).client.partition(key("0x31a").number)
        }
        #expect(error?.kind == .incompleteAnswer("0x31a has no list of GUIDs"))
    }

    @Test("A 404 on a page means absence only where UFM itself is at work")
    func absencePage() async throws {
        let page = ScriptedTransport.Step.html("<h1>404</h1>", status: 404)
        let management = ScriptedTransport.Step.json(#"{"guids":[],"partition":"management"}"#)
        let working = Scripted(page, .json(try fixture("version-6.14.json")), management)
        #expect(try await working.client.partition(key("0x31a").number) == nil)
        for step in [page, .status(503), .failure(.cannotConnect(host: "ufm1", reason: "refused"))] {
            await #expect(throws: UFMError.self) {
                try await Scripted(page, step).client.partition(key("0x31a").number)
            }
            await #expect(throws: UFMError.self) {
                try await Scripted(page, step).client.perform(.delete(key("0x31a")))
            }
        }
    }

    @Test("Neither the login page nor an outage is an absence")
    func noAbsence() async throws {
        for step in [
            ScriptedTransport.Step.html(try fixture("login.html")), .html(""), .status(302), .status(401), .status(503),
            .status(500), .status(400, "bad pkey"),
        ] {
            await #expect(throws: UFMError.self) {
                try await Scripted(step).client.partition(key("0x31a").number)
            }
        }
    }

    @Test("The default partition may be read")
    func defaultPartition() async throws {
        let scripted = Scripted(.json(#"{"guids":[],"membership":"limited","partition":"management"}"#))
        #expect(try await scripted.client.partition(.defaultPartition)?.name == "management")
    }
}
