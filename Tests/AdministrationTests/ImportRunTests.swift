import Administration
import Fabric
import Planning
import ScriptedUFM
import Testing
import Transport
import UFMClient

@Suite("A run of an import")
struct ImportRunTests {
    private func member(_ number: Int) -> Member { Member(guid: guids(number)[number - 1], index0: true) }

    private func partition(_ text: String, _ numbers: Int...) throws -> Partition {
        Partition(number: try key(text).number, ipOverIB: false, members: numbers.map(member))
    }

    private func goal(_ text: String, _ numbers: Int...) throws -> PartitionGoal {
        PartitionGoal(try key(text), members: numbers.map(member), ipOverIB: false)
    }

    @Test("A port that could not be taken out of one partition is not put into another; the others are changed")
    func stuckPort() async throws {
        let plan = ImportPlan(
            from: [try key("0x1"): try partition("0x1", 1, 2), try key("0x2"): try partition("0x2", 3)],
            to: [try goal("0x1", 2), try goal("0x2", 1, 3), try goal("0x3", 4)], prunes: false)
        let scripted = Scripted(.status(503), .status(503), .status(200))
        var run = ImportRun(plan, client: scripted.client)
        await run.perform()
        #expect(await scripted.lines.map { $0.prefix { $0 != " " } } == ["DELETE", "GET", "POST"])
        #expect(try run.failures.keys.sorted() == [key("0x1"), key("0x2")])
        guard case .portStays(let guid, let origin) = run.failures[try key("0x2")] else {
            Issue.record("\(run.failures)")
            return
        }
        let first = try key("0x1")
        #expect(guid == member(1).guid && origin == first)
    }

    @Test("What the check objects to is not sent, and is a failure of that partition alone")
    func check() async throws {
        let plan = ImportPlan(from: [:], to: [try goal("0x1", 1), try goal("0x2", 2)], prunes: false)
        let scripted = Scripted(.status(200))
        let forbidden = try key("0x1")
        var run = ImportRun(
            plan, client: scripted.client, check: WriteCheck { $0.pkey == forbidden ? "not now" : nil })
        await run.perform()
        #expect(await scripted.transport.requests.count == 1)
        guard case .forbidden("not now") = run.failures[forbidden], run.failures.count == 1 else {
            Issue.record("\(run.failures)")
            return
        }
    }

    @Test("What is to be taken away is counted, and who is to be named is known before anything is sent")
    func plan() throws {
        var named = try goal("0x3", 4)
        named.name = "storage"
        let plan = ImportPlan(
            from: [
                try key("0x1"): try partition("0x1", 1, 2, 3), try key("0x2"): try partition("0x2", 5),
                try key("0x4"): try partition("0x4", 6),
            ], to: [try goal("0x1", 3), named, try goal("0x4", 6)], prunes: true)
        #expect(plan.entries.map(\.action) == [.change, .delete, .create, .unchanged])
        let destruction = try #require(plan.destruction)
        #expect(
            (destruction.deletedPartitions, destruction.removedMembers, destruction.poorerPartitions) == (1, 2, 1))
        #expect(try plan.firstToBeNamed == key("0x3"))
        #expect(ImportPlan(from: [:], to: [try goal("0x1", 1)], prunes: true).destruction == nil)
    }
}
