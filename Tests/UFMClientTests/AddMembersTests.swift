import Fabric
import FoundationEssentials
import Testing
import Transport
import UFMClient

@Suite("Adding members")
struct AddMembersTests {
    private struct Body: Decodable {
        let guids: [String]
        let membership: String
        let index0: Bool
    }

    private func sentBodies(_ scripted: Scripted) async throws -> [Body] {
        try await scripted.transport.requests.filter { $0.url.hasSuffix("/pkeys/") }
            .map { try JSONDecoder().decode(Body.self, from: Data($0.body ?? [])) }
    }

    private func full(_ count: Int) -> [Member] { guids(count).map { Member(guid: $0, index0: true) } }

    @Test("One request carries all flags and GUIDs without 0x")
    func exactBody() async throws {
        let scripted = Scripted(.status(200))
        let member = Member(guid: try guid("0x946DAE03005985C8"), index0: true)
        try await scripted.client.addMembers([member], to: key("0x67"), ipOverIB: true)
        #expect(await scripted.lines == ["POST https://ufm1/ufmRest/resources/pkeys/"])
        let body = #"{"guids":["946dae03005985c8"],"index0":true,"ip_over_ib":true,"membership":"full","pkey":"0x67"}"#
        #expect(await scripted.bodies == [body])
    }

    @Test("Every membership and index0 has its own request, and 500 GUIDs are the most in one")
    func batches() async throws {
        let scripted = Scripted(Array(repeating: .status(200), count: 6))
        var members = full(1_001)
        members[0].membership = .limited
        members[1].index0 = false
        members[2].membership = .limited
        members[2].index0 = false
        try await scripted.client.addMembers(members.reversed(), to: key("0x67"), ipOverIB: true)
        let bodies = try await sentBodies(scripted)
        #expect(bodies.map(\.guids.count) == [500, 498, 1, 1, 1])
        #expect(bodies.map(\.membership) == ["full", "full", "full", "limited", "limited"])
        #expect(bodies.map(\.index0) == [true, true, false, true, false])
        #expect(Set(bodies.flatMap(\.guids)) == Set(members.map(\.guid.description)))
    }

    @Test("Nobody to add or to remove is nothing to send")
    func nothing() async throws {
        let scripted = Scripted()
        try await scripted.client.addMembers([], to: key("0x67"), ipOverIB: true)
        try await scripted.client.removeMembers([], from: key("0x67"))
        #expect(await scripted.transport.requests.isEmpty)
    }

    private let base = "https://ufm1/ufmRest/resources/pkeys/"

    @Test("A partition that a 404 and a read say is missing is created with its members, the rest are added")
    func createdOnDemand() async throws {
        let scripted = Scripted(.status(404), .json("{}"), .status(200), .status(200))
        try await scripted.client.addMembers(full(501), to: key("0x67"), ipOverIB: false)
        #expect(
            await scripted.lines == ["POST \(base)", "GET \(base)0x67?guids_data=true", "PUT \(base)", "POST \(base)"])
        #expect(try await sentBodies(scripted).map(\.guids.count) == [500, 500, 1])
    }

    @Test("It is created empty where a PUT does not create it, but not by a release that is broken by that")
    func createdEmpty() async throws {
        let new = Scripted(
            .status(404), .json("{}"), .status(404), .json(try fixture("version-6.18.json")), .status(201), .status(200)
        )
        try await new.client.addMembers(full(1), to: key("0x67"), ipOverIB: false)
        #expect(await new.lines.suffix(2) == ["POST \(base)add", "POST \(base)"])
        #expect(await new.bodies[4] == #"{"index0":true,"ip_over_ib":false,"pkey":"0x67"}"#)
        let old = Scripted(.status(404), .json("{}"), .status(404), .json(try fixture("version-6.14.json")))
        let error = await #expect(throws: UFMError.self) {
            try await old.client.addMembers(full(1), to: key("0x67"), ipOverIB: false)
        }
        #expect(error?.refusedGUIDs == guids(1) && error?.outcome == .notApplied)
        #expect(await old.transport.requests.count == 4)
    }

    @Test("A 404 to everything is an error, and something has been done")
    func stillMissing() async throws {
        let scripted = Scripted(
            .status(404), .status(404), .status(404), .json(try fixture("version-6.18.json")), .status(201),
            .status(404, "no"), .status(404), .status(404, "no"))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.addMembers(full(1), to: key("0x67"), ipOverIB: false)
        }
        #expect(error?.status == 404)
        #expect(error?.outcome == .unknown)
        #expect(await scripted.transport.unusedSteps == 0)
    }

    @Test("A GUID that UFM refuses is singled out, named, and keeps no other out", arguments: [400, 404])
    func refusedGUID(status: Int) async throws {
        let refusal = ScriptedTransport.Step.status(status, "InfiniBand port does not exist")
        let existence: [ScriptedTransport.Step] = status == 404 ? [.json(#"{"guids":[]}"#)] : []
        // 4 → (1,2) passes, (3,4) → 3 is refused, 4 passes.
        let scripted = Scripted([refusal] + existence + [.status(200), refusal, refusal, .status(200)])
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.addMembers(full(4), to: key("0x67"), ipOverIB: true)
        }
        #expect(try await sentBodies(scripted).map(\.guids.count) == [4, 2, 2, 1, 1])
        #expect(error?.refusedGUIDs == [guids(4)[2]])
        #expect(error?.outcome == .unknown)
        #expect(error?.description.contains("0000000000000003") == true)
    }

    @Test("Where UFM refuses every GUID the search ends soon and nothing has been done")
    func allRefused() async throws {
        let scripted = Scripted(Array(repeating: .status(400, "bad"), count: 100))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.addMembers(full(500), to: key("0x67"), ipOverIB: true)
        }
        #expect(error?.refusedGUIDs.count == 8)
        #expect(error?.outcome == .notApplied)
        #expect(await scripted.transport.requests.count < 30)
    }

    @Test("A failure stops the call, whose outcome is unknown once a request went through")
    func failureInTheMiddle() async throws {
        let scripted = Scripted(.status(200), .failure(.cannotConnect(host: "ufm1", reason: "refused")), .status(200))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.addMembers(full(1_100), to: key("0x67"), ipOverIB: true)
        }
        #expect(error?.isOutage == true)
        #expect(error?.outcome == .unknown)
        #expect(await scripted.transport.unusedSteps == 1)
    }
}
