import Fabric
import Planning
import Testing

@Suite("The plan of one partition")
struct PlannerTests {
    let planner = Planner()
    let pkey: PKey
    let hosts: [GUID]
    let functions: [GUID]

    init() throws {
        pkey = try PKey(parsing: "0x200e")
        hosts = try (0..<4).map { try GUID(parsing: "043f720300f5517\($0)") }
        functions = try (0..<4).map { try GUID(parsing: "c0cc200e0000000\($0)") }
    }

    private func present(_ guids: [GUID], index0: Bool = true, ipOverIB: Bool = false) throws -> Intent {
        .present(
            try #require(
                DesiredPartition(members: guids.map { Member(guid: $0, index0: index0) }, ipOverIB: ipOverIB)))
    }

    private func partition(_ guids: [GUID], index0: Bool = true, ipOverIB: Bool = true) -> Partition {
        Partition(number: pkey.number, ipOverIB: ipOverIB, members: guids.map { Member(guid: $0, index0: index0) })
    }

    @Test("A new partition is one request that adds all its members with its flags")
    func creation() throws {
        let steps = planner.steps(for: pkey, intent: try present(hosts), actual: nil, isOwned: false)
        let members = hosts.map { Member(guid: $0, index0: true) }
        #expect(steps == [.create(NewPartition(pkey, members, ipOverIB: false, by: .adding))])
    }

    @Test("Only missing members are added, and the partition keeps its own flag")
    func additions() throws {
        let steps = planner.steps(
            for: pkey, intent: try present(hosts), actual: partition([hosts[0], hosts[1]]), isOwned: true)
        #expect(steps == [.add(pkey, hosts[2...].map { Member(guid: $0, index0: true) }, ipOverIB: true)])
    }

    @Test("Only obsolete members are removed")
    func removals() throws {
        let steps = planner.steps(
            for: pkey, intent: try present([hosts[0]]), actual: partition(hosts), isOwned: true)
        #expect(steps == [.remove(pkey, Array(hosts[1...]))])
    }

    @Test("A change of tenants is one request that sets the whole")
    func replacement() throws {
        let steps = planner.steps(
            for: pkey, intent: try present([hosts[2], hosts[3]]), actual: partition([hosts[0], hosts[2]]), isOwned: true
        )
        #expect(
            steps == [.replace(pkey, [hosts[2], hosts[3]].map { Member(guid: $0, index0: true) }, ipOverIB: true)])
    }

    @Test("Where index0 is mixed the old tenant goes before the new one comes, and members that stay are not touched")
    func mixedFlags() throws {
        let steps = planner.steps(
            for: pkey, intent: try present([hosts[2], hosts[3]]),
            actual: partition([hosts[0], hosts[2]], index0: false),
            isOwned: true)
        #expect(
            steps == [
                .remove(pkey, [hosts[0]]), .add(pkey, [Member(guid: hosts[3], index0: true)], ipOverIB: true),
            ])
    }

    @Test("A set too large for one replacing request is removed from and then added to")
    func largeReplacement() throws {
        let guids = try (1...600).map { try #require(GUID(UInt64($0))) }
        let steps = planner.steps(
            for: pkey, intent: try present(Array(guids[1...])), actual: partition(Array(guids[..<300])), isOwned: true)
        guard case .remove(_, let removed) = try #require(steps.first), steps.count == 2 else {
            Issue.record("\(steps)")
            return
        }
        #expect(removed == [guids[0]])
    }

    @Test("What nobody wants is deleted when it is ours and left alone when it is not")
    func deletion() {
        let actual = partition(hosts)
        #expect(planner.steps(for: pkey, intent: .absent, actual: actual, isOwned: true) == [.delete(pkey)])
        #expect(planner.steps(for: pkey, intent: .absent, actual: actual, isOwned: false).isEmpty)
        #expect(planner.steps(for: pkey, intent: .absent, actual: nil, isOwned: true).isEmpty)
    }

    @Test("A held partition is not touched")
    func held() {
        #expect(planner.steps(for: pkey, intent: .held(.unreadable), actual: partition(hosts), isOwned: true).isEmpty)
        #expect(planner.steps(for: pkey, intent: .held(.unreadable), actual: nil, isOwned: true).isEmpty)
    }

    @Test("pcocc's own flags: index 0 for virtual functions and not for hosts")
    func pcoccFlags() {
        let policy = FlagPolicy(index0: .vf, ipOverIB: true)
        let members = policy.members(hosts: [hosts[0]], virtualFunctions: [functions[0]])
        #expect(Set(members) == [Member(guid: hosts[0], index0: false), Member(guid: functions[0], index0: true)])
    }
}
