import Fabric
import FoundationEssentials
import ScriptedUFM
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
        #expect(try await scripted.client.perform(.add(key("0x67"), [member], ipOverIB: true)) == .done)
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
        #expect(try await scripted.client.perform(.add(key("0x67"), members.reversed(), ipOverIB: true)) == .done)
        let bodies = try await sentBodies(scripted)
        #expect(bodies.map(\.guids.count) == [500, 498, 1, 1, 1])
        #expect(bodies.map(\.membership) == ["full", "full", "full", "limited", "limited"])
        #expect(bodies.map(\.index0) == [true, true, false, true, false])
        #expect(Set(bodies.flatMap(\.guids)) == Set(members.map(\.guid.description)))
    }

    @Test("Nobody to add or to remove is nothing to send")
    func nothing() async throws {
        let scripted = Scripted()
        #expect(try await scripted.client.perform(.add(key("0x67"), [], ipOverIB: true)) == .done)
        #expect(try await scripted.client.perform(.remove(key("0x67"), [])) == .done)
        #expect(await scripted.transport.requests.isEmpty)
    }

    @Test("A 404 and a read that finds no partition are an outcome, and nothing else is sent")
    func noPartition() async throws {
        let new = NewPartition(try key("0x67"), full(2), ipOverIB: false, by: .adding)
        for step in [PlanStep.create(new), .add(try key("0x67"), full(2), ipOverIB: false)] {
            let scripted = Scripted(.status(404), .json("{}"), .status(200))
            guard case .noSuchPartition(let error) = try await scripted.client.perform(step) else {
                Issue.record("\(step)")
                continue
            }
            #expect(error.status == 404 && error.outcome == .notApplied)
            #expect(await scripted.transport.unusedSteps == 1)
        }
    }

    @Test("Where the partition is known to be there, a 404 is about a GUID, and needs no read")
    func knownThere() async throws {
        let scripted = Scripted(.status(404), .status(404), .status(200))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.perform(.add(key("0x67"), full(2), ipOverIB: false), isKnownThere: true)
        }
        #expect(error?.refusedGUIDs == [guids(1)[0]])
        #expect(await scripted.transport.unusedSteps == 0)
    }

    @Test("A GUID that UFM refuses is singled out, named, and keeps no other out", arguments: [400, 404])
    func refusedGUID(status: Int) async throws {
        let refusal = ScriptedTransport.Step.status(status, "InfiniBand port does not exist")
        let existence: [ScriptedTransport.Step] = status == 404 ? [.json(#"{"guids":[]}"#)] : []
        // 4 → (1,2) passes, (3,4) → 3 is refused, 4 passes.
        let scripted = Scripted([refusal] + existence + [.status(200), refusal, refusal, .status(200)])
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.perform(.add(key("0x67"), full(4), ipOverIB: true))
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
            try await scripted.client.perform(.add(key("0x67"), full(500), ipOverIB: true))
        }
        #expect(error?.refusedGUIDs.count == 8)
        #expect(error?.outcome == .notApplied)
        #expect(await scripted.transport.requests.count < 30)
    }

    @Test("A failure stops the call, whose outcome is unknown once a request went through")
    func failureInTheMiddle() async throws {
        let scripted = Scripted(.status(200), .failure(.cannotConnect(host: "ufm1", reason: "refused")), .status(200))
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.perform(.add(key("0x67"), full(1_100), ipOverIB: true))
        }
        #expect(error?.isOutage == true)
        #expect(error?.outcome == .unknown)
        #expect(await scripted.transport.unusedSteps == 1)
    }
}
