import Administration
import Fabric
import Planning
import TestSupport
import Testing

/// One owner of the decision: whoever wants a partition to be something gets the same requests for it.
@Suite("Daemon, import and command line")
struct SameStepsTests {
    private let pkey: PKey
    private let guids = (1...12).compactMap { GUID(UInt64($0)) }

    init() throws {
        pkey = try PKey(parsing: "0x5000")
    }

    @Test(
        "The same goal for the same partition is the same steps for the daemon, an import and --set-guids",
        arguments: [Seed.fresh()])
    func sameSteps(seed: Seed) throws {
        var random = SeededGenerator(seed)
        var kinds: Set<String> = []
        for round in 0..<20_000 {
            let context = Comment("\(seed), round \(round)")
            var limits = UFMLimits()
            limits.replaced = Int.random(in: 1...12, using: &random)
            let ipOverIB = Bool.random(using: &random)
            let actual =
                Bool.random(using: &random)
                ? Partition(
                    number: pkey.number, name: Bool.random(using: &random) ? "storage" : "api_pkey_0x5000",
                    ipOverIB: Bool.random(using: &random), members: members(&random),
                    qos: Bool.random(using: &random) ? QualityOfService(mtuLimit: 4) : nil) : nil
            let isInStep = Int.random(in: 0..<10, using: &random) == 0
            let drawn = isInStep ? Array(actual?.members ?? []) : members(&random)
            guard let desired = DesiredPartition(members: drawn, ipOverIB: ipOverIB) else { continue }
            let wanted = Array(desired.members)

            let daemon = Plan(
                intents: [pkey: .present(desired)], actual: FabricSnapshot(complete: actual.map { [$0] } ?? []),
                owned: [pkey], planner: Planner(enforcesFlags: true, limits: limits))
            let file = ImportPlan(
                from: actual.map { [pkey: $0] } ?? [:],
                to: [PartitionGoal(pkey, members: wanted, ipOverIB: ipOverIB)], prunes: false, limits: limits)
            let setting = PartitionEditor.Setting(
                wanted, of: pkey, ipOverIB: ipOverIB, current: actual, limits: limits)

            let steps = try #require(daemon.entries.first).steps
            #expect(file.order.steps[pkey] ?? [] == steps, context)
            #expect((file.order.leaving + file.order.joining).flatMap(\.steps) == steps, context)
            #expect(setting.steps == steps, context)
            kinds.insert(steps.map(\.shortName).joined(separator: ","))
        }
        #expect(kinds.isSuperset(of: ["", "add", "remove", "replace", "remove,add"]), "\(kinds)")
    }

    private func members(_ random: inout SeededGenerator) -> [Member] {
        let isUniform = Bool.random(using: &random)
        return guids.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }.map { guid in
            Member(
                guid: guid, membership: Int.random(in: 0..<5, using: &random) == 0 ? .limited : .full,
                index0: isUniform || Bool.random(using: &random))
        }
    }
}
