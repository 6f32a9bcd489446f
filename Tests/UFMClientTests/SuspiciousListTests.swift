import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("Lists that must not be believed")
struct SuspiciousListTests {
    private func failure(of body: String) async -> UFMError? {
        await #expect(throws: UFMError.self) { try await Scripted(.json(body)).client.snapshot() }
    }

    @Test(
        "A list without the default partition is incomplete, the empty one most of all",
        arguments: ["{}", "[]", #"{"site_name":"AMS"}"#, #"{"0x5":{"guids":[]}}"#])
    func noDefaultPartition(body: String) async throws {
        guard case .incompleteAnswer = await failure(of: body)?.kind else {
            Issue.record("\(body) was believed")
            return
        }
    }

    @Test("Lists without members are incomplete", arguments: ["list-qos.json", "list-plain.json"])
    func noMembers(name: String) async throws {
        let error = await failure(of: try fixture(name))
        guard case .incompleteAnswer = error?.kind else {
            Issue.record("\(name) was believed")
            return
        }
        #expect(error?.isOutage == false)
    }

    @Test(
        "One entry that cannot be read fails the whole and is named",
        arguments: [
            (#""0x5":{"guids":[{"guid":"946dae03005985zz"}]}"#, "946dae03005985zz"),
            (#""0x5":{"guids":[{"guid":"0000000000000000"}]}"#, "0000000000000000"),
            (#""0x5":{"guids":[{"guid":"946dae03005985c8","membership":"both"}]}"#, "both"),
            (#""0x5":{"guids":[{"guid":"946dae03005985c8","index0":"yes"}]}"#, "0x5.guids.[0].index0"),
            (#""0x5":{"guids":[{"name":"x"}]}"#, "'guid' is missing at 0x5.guids.[0]"),
            (#""0x5":{"guids":["946dae03005985c8"]}"#, "0x5.guids.[0]"),
            (#""0x5":{"guids":{}}"#, "0x5.guids"),
            (#""0x5":{"guids":null}"#, "0x5"),
            (#""0x5":null"#, "0x5"),
            (#""0x5":"api_pkey_0x5""#, "0x5"),
            (#""0xzz":{"guids":[]}"#, "0xzz"),
            (#""5":{"guids":[]}"#, "'5'"),
            (#""0x12345":{"guids":[]}"#, "0x12345"),
            (#""0x5":{"guids":[]},"0x0005":{"guids":[]}"#, "0x5 is listed twice"),
            (#""0x5":{"guids":[]},"0x8005":{"guids":[]}"#, "0x5 is listed twice"),
            (#""0x5":{"guids":[]},"0x5":{"guids":[]}"#, "this name stands twice in one object at 0x5"),
            (#""0x5":{"guids":[]},"\u0030x5":{"guids":[]}"#, "this name stands twice in one object at 0x5"),
            (#""0x5":{"guids":[],"guids":[{"guid":"946dae03005985c8"}]}"#, "twice in one object at 0x5.guids"),
            (
                #""0x5":{"guids":[{"guid":"946dae03005985c8","guid":"946dae03005985c9"}]}"#,
                "twice in one object at 0x5.guids.[0].guid"
            ),
            (#""0x5":{"guids":[],"pkey":"0x6"}"#, "0x6"),
            (#""error":"busy""#, "error"),
        ])
    func unreadableEntry(entry: String, culprit: String) async throws {
        let error = await failure(of: #"{"0x7fff":{"guids":[]},\#(entry)}"#)
        #expect(error?.description.contains(culprit) == true, "\(String(describing: error))")
        #expect(error?.isOutage == false)
        #expect(error?.outcome == .notApplied)
    }

    @Test(
        "What is no list at all is no list",
        arguments: ["", " ", "null", "true", "OK", #"{"0x7fff":{"guids":[]}"#, #"{"0x7fff":{"guids":[]}} x"#])
    func noList(body: String) async throws {
        guard case .malformedAnswer = await failure(of: body)?.kind else {
            Issue.record("\(body) was believed")
            return
        }
    }

    @Test("The answer for one partition is not believed either where a name stands twice in it")
    func repeatedInOne() async throws {
        let number = try PartitionNumber(parsing: "0x5")
        for body in [
            #"{"0x5":{"guids":[]},"0x5":{"guids":[{"guid":"946dae03005985c8"}]}}"#,
            #"{"guids":[{"guid":"946dae03005985c8"}],"guids":[]}"#,
        ] {
            let error = await #expect(throws: UFMError.self) {
                try await Scripted(.json(body)).client.partition(number)
            }
            #expect(error?.description.contains("stands twice") == true, "\(String(describing: error))")
        }
    }

    @Test("A 404 for the list is an error and not an empty fabric")
    func notFound() async throws {
        let error = await #expect(throws: UFMError.self) {
            try await Scripted(.status(404, "No such resource")).client.snapshot()
        }
        #expect(error?.kind == .rejected)
        #expect(error?.status == 404)
    }
}
