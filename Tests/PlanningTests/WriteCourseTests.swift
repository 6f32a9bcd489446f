import Fabric
import Planning
import TestSupport
import Testing

/// The way round a refusal, against UFMs drawn at random: what they refuse, and when their reads lie.
@Suite("The course of several steps")
struct WriteCourseTests {
    /// A UFM that refuses whatever it is drawn to refuse. Reads may say once that there is no partition.
    private struct OddUFM {
        var partition: Partition?
        let createsByAdding: Bool
        let createsByReplacing: Bool
        let hasEmpty: Bool
        let keepsEmpty: Bool
        let unknown: Set<GUID>
        let most: Int
        /// Whether what it does not know is a 404 or a 400.
        let saysNotFound: Bool
        var lies: Int
        /// How often the members were set to less than what was wanted, while there were others.
        var losses = 0

        init(_ random: inout SeededGenerator, guids: [GUID], partition: Partition?) {
            self.partition = partition
            createsByAdding = Bool.random(using: &random)
            createsByReplacing = Int.random(in: 0..<4, using: &random) != 0
            hasEmpty = Bool.random(using: &random)
            keepsEmpty = Bool.random(using: &random)
            unknown = Set(guids.filter { partition?.members[$0] == nil && Int.random(in: 0..<6, using: &random) == 0 })
            most = Int.random(in: 1...12, using: &random)
            saysNotFound = Bool.random(using: &random)
            lies = Int.random(in: 0...2, using: &random)
        }

        mutating func read() -> Partition? {
            guard lies == 0 else {
                lies -= 1
                return nil
            }
            return partition
        }

        enum End {
            case done([GUID])
            case setback(WriteCourse.Setback)
            case failed
        }

        mutating func perform(_ step: PlanStep, isKnownThere: Bool) -> End {
            switch step {
            case .remove, .delete, .setQoS:
                partition = step.applied(to: partition)
                return .done([])
            case .replace(_, let members, _, _): return setAll(members, step)
            case .create(let new):
                switch new.way {
                case .whole: return setAll(new.members, step)
                case .adding: return add(new.members, new, isKnownThere: isKnownThere)
                case .empty:
                    guard hasEmpty else { return .setback(.noSuchCall) }
                    partition = step.applied(to: partition)
                    return .done([])
                }
            case .add(let pkey, let members, let ipOverIB):
                let new = NewPartition(pkey, members, ipOverIB: ipOverIB, by: .adding)
                return add(members, new, isKnownThere: isKnownThere)
            }
        }

        private mutating func setAll(_ members: [Member], _ step: PlanStep) -> End {
            let isKnown = unknown.isDisjoint(with: members.map(\.guid))
            guard isKnown, members.count <= most, partition != nil || createsByReplacing else {
                return .setback(.refusedWhole(isDoubtful: false))
            }
            let lost = Set(partition.map(\.members.guids) ?? []).subtracting(members.map(\.guid))
            if case .create = step, !lost.isEmpty { losses += 1 }
            partition = step.applied(to: partition)
            return .done([])
        }

        /// As the client does it: in pieces down to one, after a read at the first 404.
        private mutating func add(_ members: [Member], _ new: NewPartition, isKnownThere: Bool) -> End {
            var refused: [GUID] = []
            var isThere = isKnownThere
            for batch in members.pieces(of: most) {
                let exists = partition != nil || createsByAdding
                let isKnown = unknown.isDisjoint(with: batch.map(\.guid))
                if !exists || !isKnown && saysNotFound, !isThere {
                    guard read() != nil else { return .setback(.noSuchPartition) }
                    isThere = true
                }
                guard exists else { return .failed }
                refused += batch.map(\.guid).filter(unknown.contains)
                var taken = new
                taken.members = batch.filter { !unknown.contains($0.guid) }
                if !taken.members.isEmpty {
                    partition = PlanStep.add(new.pkey, taken.members, ipOverIB: new.ipOverIB).applied(to: partition)
                    isThere = true
                }
            }
            return .done(refused)
        }
    }

    private let guids = (1...10).compactMap { GUID(UInt64($0)) }

    private func members(_ random: inout SeededGenerator) -> [Member] {
        guids.filter { _ in Bool.random(using: &random) }.map {
            Member(guid: $0, membership: Int.random(in: 0..<5, using: &random) == 0 ? .limited : .full, index0: true)
        }
    }

    @Test(
        "Every course ends; a partition that was there is never set to a part of what is wanted; what UFM takes gets in",
        arguments: [Seed.fresh()])
    func courses(seed: Seed) throws {
        var random = SeededGenerator(seed)
        let pkey = try PKey(parsing: "0x67")
        let planner = Planner(enforcesFlags: true)
        var succeeded = 0
        for round in 0..<20_000 {
            let context = Comment("\(seed), round \(round)")
            let before =
                Bool.random(using: &random)
                ? Partition(number: pkey.number, ipOverIB: false, members: members(&random)) : nil
            let goal = PartitionGoal(pkey, members: members(&random), ipOverIB: false)
            var ufm = OddUFM(&random, guids: guids, partition: before)
            let (canKeep, lies) = (ufm.keepsEmpty, ufm.lies)
            var course = WriteCourse(planner.steps(for: goal, actual: before), planner: planner)
            var (count, gaveUp, refused) = (0, false, [GUID]())
            while let step = course.next, !gaveUp {
                count += 1
                try #require(count < 100, context)
                if case .replace(_, let whole, _, _) = step { #expect(whole == Array(goal.members), context) }
                switch ufm.perform(step, isKnownThere: course.isThere) {
                case .done(let some):
                    refused += some
                    course.succeeded()
                case .failed: gaveUp = true
                case .setback(let setback):
                    var turn = course.met(setback)
                    while turn == .read || turn == .askAboutEmptyPartitions {
                        turn = turn == .read ? course.read(ufm.read()) : course.keepsEmptyPartitions(canKeep)
                    }
                    gaveUp = turn == .giveUp
                }
            }
            if before != nil { #expect(ufm.losses == 0, context) }
            guard !gaveUp else { continue }
            succeeded += 1
            let missing = Set(refused + course.refused)
            #expect(missing.isSubset(of: ufm.unknown), context)
            let wanted = Members(goal.members.filter { !missing.contains($0.guid) })
            #expect(ufm.partition?.members ?? [] == wanted, context)
            // Without lies and with a UFM that makes partitions in one way at least, nobody is left out.
            if lies == 0, ufm.createsByAdding {
                #expect(missing == ufm.unknown.intersection(goal.members.guids), context)
            }
        }
        #expect(succeeded > 10_000, "\(seed)")
    }

    @Test("A UFM that has no request which sets all members is not asked with ever fewer of them")
    func noSuchRequest() throws {
        let members = try (1...4).map { Member(guid: try GUID(parsing: "043f720300f5510\($0)"), index0: true) }
        let pkey = try PKey(parsing: "0x5")
        let new = NewPartition(pkey, members, ipOverIB: true, by: .whole)
        var course = WriteCourse([.create(new)], planner: Planner())
        func next() -> NewPartition? { if case .create(let new)? = course.next { new } else { nil } }
        #expect(course.met(.noSuchCall) == .goOn)
        #expect(next()?.way == .adding && next()?.members == members)
        // No more does it make one with the first that are added, and so fewer are tried.
        #expect(course.met(.noSuchPartition) == .goOn)
        #expect(next()?.way == .whole && next()?.members == Array(members.prefix(2)))
        #expect(course.met(.noSuchCall) == .askAboutEmptyPartitions)
        #expect(course.keepsEmptyPartitions(true) == .goOn)
        #expect(next()?.way == .empty(index0: true) && next()?.members == [])
    }
}
