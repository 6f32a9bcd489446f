package import Fabric

/// The steps towards a goal while they are made, and the way round where UFM refuses one. Pure: it is told what became of
/// each step, and says which is next.
///
/// Sources disagree on what UFM refuses and what it means by it: that there is no such partition (some make it with the
/// first member, some answer 404), that it does not know one of the GUIDs, or that they are too many. So:
///
/// - A deletion for which UFM has no call is the removal of all members.
/// - A replacement that is refused is made of a removal and an addition, by what the partition is read to be.
/// - A partition that the request which adds members does not make is made by the one that sets them all, with as many as
///   UFM takes: half of them after each refusal, one in the end. The others are added. Where no member gets in, it is
///   made empty as a last resort: releases before 6.18 are said to make their subnet manager's file unreadable with an
///   empty partition in it (4040154), and then every port may talk to every other.
///
/// Only a partition that is to be *made* is ever set to a part of its members. One that was there when the steps were
/// planned has no such way round, whatever a later read says of it: it would lose all others.
package struct WriteCourse: Sendable {
    /// Why a step was not made, where there may be a way round.
    package enum Setback: Hashable, Sendable {
        /// UFM refused the one request that sets all members; where that is doubtful, it may have carried it out all the same.
        case refusedWhole(isDoubtful: Bool)
        /// UFM says of a request that adds that there is no such partition, and a read agrees.
        case noSuchPartition
        /// UFM has no request of this kind, whatever it is about: one that makes an empty partition, or that sets all members.
        case noSuchCall
    }

    /// What is to be done now.
    package enum Turn: Hashable, Sendable {
        /// ``next`` is another step.
        case goOn
        /// The partition must be read, and ``read(_:)`` told.
        case read
        /// Whether this UFM is free of the bugs around empty partitions must be found out, and
        /// ``keepsEmptyPartitions(_:)`` told.
        case askAboutEmptyPartitions
        /// There is no other way: the refusal stands.
        case giveUp
    }

    /// After so many GUIDs refused one by one, and none accepted, there is no sense in going on: UFM may refuse them all.
    package static let mostRefused = 8

    private let planner: Planner
    /// Those still to be made, the next one first.
    private var ahead: [PlanStep]
    private var founding: Founding?
    /// The members of a request that would have made the partition, and was refused.
    private var refusedWhole: [Member]?
    /// GUIDs that UFM refused one by one while it took no other, so far.
    package private(set) var refused: [GUID] = []
    /// Whether a step of this course has made the partition, or found it there.
    package private(set) var isThere = false

    package init(_ steps: [PlanStep], planner: Planner) {
        ahead = steps
        self.planner = planner
    }

    package var next: PlanStep? { ahead.first }

    /// UFM has taken the step.
    package mutating func succeeded() {
        guard let step = ahead.first else { return }
        ahead.removeFirst()
        switch step {
        case .create(let new):
            // An empty one may be gone again at once.
            isThere = !new.members.isEmpty
            guard let founding else { return }
            self.founding = nil
            var rest = founding.waiting.reversed().flatMap(\.self)
            if new.members.isEmpty { rest = founding.current + rest }
            if !rest.isEmpty { ahead.insert(.add(new.pkey, rest, ipOverIB: new.ipOverIB), at: 0) }
        case .add, .replace: isThere = true
        case .remove, .delete: isThere = false
        case .setQoS: break
        }
    }

    /// UFM has not made the step.
    package mutating func met(_ setback: Setback) -> Turn {
        switch (ahead.first, setback) {
        case (.replace, .refusedWhole), (.replace, .noSuchCall), (.delete, .noSuchCall): return .read
        case (.create(let new), .refusedWhole(let isDoubtful)):
            return isDoubtful ? .read : goRound(new)
        case (.create(let new), .noSuchPartition) where new.way == .adding: return found(new)
        case (.create(let new), .noSuchCall) where new.way == .whole: return foundOtherwise(new)
        case (.create, .noSuchCall) where founding != nil: return refuseOne()
        case (.replace, .noSuchPartition), (.create, .noSuchPartition), (.create, .noSuchCall), (.add, _), (.remove, _),
            (.setQoS, _), (.delete, .refusedWhole), (.delete, .noSuchPartition), (nil, _):
            return .giveUp
        }
    }

    /// What the partition was read to be.
    package mutating func read(_ partition: Partition?) -> Turn {
        switch ahead.first {
        case .replace(let pkey, let members, let ipOverIB, let qos):
            // It was there when this was planned. Who is right is for whoever plans next to find out.
            guard let partition else { return .giveUp }
            let goal = PartitionGoal(pkey, members: members, ipOverIB: ipOverIB, qos: qos)
            return exchange(for: planner.enforcing.steps(for: goal, actual: partition, strategy: .wholeLast))
        case .create(let new):
            guard let partition else { return goRound(new) }
            // It has been made after all, by this request or by somebody else.
            isThere = true
            var (members, others) = (new.members + (founding?.waiting.flatMap(\.self) ?? []), [PlanStep]())
            for step in ahead.dropFirst() {
                if case .add(_, let added, _) = step { members += added } else { others.append(step) }
            }
            founding = nil
            let goal = PartitionGoal(new.pkey, members: members, ipOverIB: new.ipOverIB, qos: new.qos)
            ahead = planner.enforcing.steps(for: goal, actual: partition, strategy: .wholeLast) + others
            return .goOn
        case .delete(let pkey):
            // UFM deletes a partition with its last member.
            let members = partition?.members.guids ?? []
            guard partition == nil || !members.isEmpty else { return .giveUp }
            return exchange(for: partition == nil ? [] : [.remove(pkey, members)])
        case .add, .remove, .setQoS, nil: return .giveUp
        }
    }

    /// Whether this UFM may be asked for an empty partition.
    package mutating func keepsEmptyPartitions(_ keeps: Bool) -> Turn {
        guard keeps, let founding else { return refuseOne() }
        return found(by: .empty(index0: founding.current.first?.index0 ?? false))
    }

    // MARK: The first members

    /// How far the search for members with which a partition can be made has come.
    private struct Founding {
        let new: NewPartition
        /// Those it is tried with.
        var current: [Member]
        /// Those to be tried next, or added once it is made; the next ones last.
        var waiting: [[Member]]
        /// Whether the request that adds was refused for exactly these.
        var hasTriedAdding: Bool
        var hasTriedEmpty = false
    }

    /// Begins to look for the first members, or goes on with it.
    private mutating func found(_ new: NewPartition) -> Turn {
        guard founding == nil else { return refuseOne() }
        let batches = MemberBatch.batches(of: new.members, most: min(planner.limits.added, planner.limits.replaced))
        guard let first = batches.first else { return .giveUp }
        founding = Founding(
            new: new, current: first.members, waiting: batches.dropFirst().reversed().map(\.members),
            hasTriedAdding: new.members.count == 1)
        // Once refused is enough: it is tried with fewer.
        return refusedWhole == first.members ? divide() : found(by: .whole)
    }

    private mutating func exchange(for steps: [PlanStep]) -> Turn {
        ahead.replaceSubrange(..<1, with: steps)
        return .goOn
    }

    private mutating func goRound(_ new: NewPartition) -> Turn {
        guard founding == nil else { return divide() }
        refusedWhole = new.members
        var other = new
        (other.way, other.qos) = (.adding, nil)
        return exchange(for: [.create(other)] + (new.qos.map { [.setQoS(new.pkey, $0)] } ?? []))
    }

    /// No number of members makes a partition whole: it is made empty, or by the request that adds.
    private mutating func foundOtherwise(_ new: NewPartition) -> Turn {
        guard let founding else { return goRound(new) }
        guard !founding.hasTriedEmpty else { return .giveUp }
        self.founding?.hasTriedEmpty = true
        return .askAboutEmptyPartitions
    }

    /// Tries it with half of them; with one alone, in the ways that are left.
    private mutating func divide() -> Turn {
        guard var founding else { return .giveUp }
        guard founding.current.count > 1 else {
            guard !founding.hasTriedAdding else { return refuseOne() }
            self.founding?.hasTriedAdding = true
            return found(by: .adding)
        }
        let halves = founding.current.halves
        founding.current = halves[0]
        founding.waiting.append(halves[1])
        founding.hasTriedAdding = false
        self.founding = founding
        return found(by: .whole)
    }

    /// One that stands alone was refused in every way but, perhaps, by way of an empty partition.
    private mutating func refuseOne() -> Turn {
        guard var founding else { return .giveUp }
        // To the request that adds it was "no such partition": that may be true whichever the member.
        if !founding.hasTriedEmpty {
            self.founding?.hasTriedEmpty = true
            return .askAboutEmptyPartitions
        }
        refused += founding.current.map(\.guid)
        guard refused.count < Self.mostRefused, let following = founding.waiting.popLast() else { return .giveUp }
        founding.current = following
        founding.hasTriedAdding = false
        self.founding = founding
        return found(by: .whole)
    }

    private mutating func found(by way: NewPartition.Way) -> Turn {
        guard let founding else { return .giveUp }
        var new = founding.new
        if case .empty = way { new.members = [] } else { new.members = founding.current }
        new.way = way
        return exchange(for: [.create(new)])
    }
}

extension Planner {
    /// The same where flags are those of a step, which says all that is sent.
    fileprivate var enforcing: Planner { Planner(enforcesFlags: true, limits: limits) }
}
