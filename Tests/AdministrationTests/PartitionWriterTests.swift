import Administration
import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

/// What is sent when UFM refuses the first way.
@Suite("Carrying out steps")
struct PartitionWriterTests {
    private let base = "https://ufm1/ufmRest/resources/pkeys/"

    private func members(_ count: Int) -> [Member] { guids(count).map { Member(guid: $0, index0: true) } }

    private func creation(_ count: Int) throws -> PlanStep {
        .create(NewPartition(try key("0x67"), members(count), ipOverIB: false, by: .adding))
    }

    private func writer(_ scripted: Scripted) -> PartitionWriter { PartitionWriter(scripted.client) }

    @Test(
        "A partition that a 404 and a read say is missing is made with as many as one request takes, the rest are added"
    )
    func createdOnDemand() async throws {
        let scripted = Scripted(.status(404), .json("{}"), .status(200), .status(200))
        try await writer(scripted).perform([creation(501)])
        #expect(
            await scripted.lines == ["POST \(base)", "GET \(base)0x67?guids_data=true", "PUT \(base)", "POST \(base)"])
        let counts = await scripted.bodies.map { $0?.split(separator: ",").count { $0.contains("0000") } }
        #expect(counts == [500, nil, 500, 1])
    }

    @Test("It is created empty where a PUT does not create it, but not by a release that is broken by that")
    func createdEmpty() async throws {
        let new = Scripted(
            .status(404), .json("{}"), .status(404), .json(try fixture("version-6.18.json")), .status(201), .status(200)
        )
        try await writer(new).perform([creation(1)])
        #expect(await new.lines.suffix(2) == ["POST \(base)add", "POST \(base)"])
        #expect(await new.bodies[4] == #"{"index0":true,"ip_over_ib":false,"pkey":"0x67"}"#)
        let old = Scripted(.status(404), .json("{}"), .status(404), .json(try fixture("version-6.14.json")))
        let error = await #expect(throws: UFMError.self) { try await writer(old).perform([creation(1)]) }
        #expect(error?.refusedGUIDs == guids(1) && error?.outcome == .notApplied)
        #expect(await old.transport.requests.count == 4)
    }

    @Test("A UFM that has no call for an empty partition refuses the one member that no other way lets in")
    func noCallForEmpty() async throws {
        let scripted = Scripted(
            .status(404), .json("{}"), .status(404), .json(try fixture("version-6.18.json")), .status(405))
        let error = await #expect(throws: UFMError.self) { try await writer(scripted).perform([creation(1)]) }
        #expect(error?.refusedGUIDs == guids(1) && error?.outcome == .notApplied)
        #expect(await scripted.transport.unusedSteps == 0)
    }

    @Test(
        "Where no request sets all members, a partition that adding does not make is made empty", arguments: [405, 501])
    func onlyEmptyMade(status: Int) async throws {
        let scripted = Scripted(
            .status(404), .json("{}"), .status(status), .json(try fixture("version-6.18.json")), .status(201),
            .status(200)
        )
        try await writer(scripted).perform([creation(3)])
        #expect(
            await scripted.lines.filter { !$0.hasPrefix("GET") } == [
                "POST \(base)", "PUT \(base)", "POST \(base)add", "POST \(base)",
            ])
    }

    @Test("A 404 to everything is an error, and something has been done")
    func stillMissing() async throws {
        let scripted = Scripted(
            .status(404), .status(404), .json(#"{"guids":[],"partition":"management"}"#), .status(404),
            .json(try fixture("version-6.18.json")), .status(201), .status(404, "no"), .status(404))
        let error = await #expect(throws: UFMError.self) { try await writer(scripted).perform([creation(1)]) }
        #expect(error?.status == 404 && error?.serverWords == "no")
        #expect(error?.outcome == .unknown)
        #expect(await scripted.transport.unusedSteps == 0)
    }

    @Test("A replacement that is refused is made of a removal and an addition, by what a read shows")
    func replacementInTwo() async throws {
        let there = #"{"guids":[{"guid":"0000000000000001","index0":true},{"guid":"0000000000000009","index0":true}]}"#
        let scripted = Scripted(.status(400, "one of them"), .json(there), .status(200), .status(200))
        try await writer(scripted).perform([.replace(key("0x67"), members(2), ipOverIB: true)])
        #expect(
            await scripted.lines == [
                "PUT \(base)", "GET \(base)0x67?guids_data=true", "DELETE \(base)0x67/guids/0000000000000009",
                "POST \(base)",
            ])
        #expect(await scripted.bodies.last??.contains(#""guids":["0000000000000002"]"#) == true)
    }

    @Test(
        "A partition that was known to have members is never set to a part of them, whatever a read says of it",
        arguments: [400, 404, 413])
    func neverAPart(status: Int) async throws {
        // UFM does not know a GUID, and one read lies.
        let add = Scripted(.status(404), .json("{}"), .status(200))
        let replace = Scripted(.status(status), .json("{}"), .status(200))
        for (scripted, step) in [
            (add, PlanStep.add(try key("0x67"), members(2), ipOverIB: true)),
            (replace, .replace(try key("0x67"), members(2), ipOverIB: true)),
        ] {
            let error = await #expect(throws: UFMError.self) { try await writer(scripted).perform([step]) }
            #expect(error?.outcome == .notApplied)
            #expect(await scripted.transport.unusedSteps == 1)
        }
    }

    @Test("A refusal whose read fails is told by that read, and a doubtful failure by itself")
    func unreadable() async throws {
        for (status, isOutage) in [(400, true), (500, false)] {
            let scripted = Scripted(.status(status), .status(503))
            let error = await #expect(throws: UFMError.self) {
                try await writer(scripted).perform([.replace(key("0x67"), members(2), ipOverIB: true)])
            }
            #expect(error?.isOutage == isOutage)
            #expect(error?.outcome == (isOutage ? .notApplied : .unknown))
        }
    }

    @Test("The steps after one that fails are not sent, and something may have been done")
    func failureInTheMiddle() async throws {
        let scripted = Scripted(.status(200), .status(503), .status(200))
        let error = await #expect(throws: UFMError.self) {
            try await writer(scripted).perform([
                .remove(key("0x67"), guids(1)), .delete(key("0x67")), .delete(key("0x67")),
            ])
        }
        #expect(error?.method == "DELETE" && error?.outcome == .unknown)
        #expect(await scripted.transport.unusedSteps == 1)
    }

    @Test("Progress counts the GUIDs of all steps, and ends with them all")
    func progress() async throws {
        let reports = Reports()
        let scripted = Scripted(.status(200), .status(200), .status(200))
        try await writer(scripted).perform(
            [.remove(key("0x67"), guids(2)), .add(key("0x67"), members(501), ipOverIB: true)],
            progress: { reports.note($0, of: $1) })
        #expect(reports.all == [[2, 503], [502, 503], [503, 503]])
    }
}
