package import Fabric

/// What would have to be done for the whole fabric, as data: every partition of either side once, in ascending order.
///
/// Total and deterministic: the same inputs give the same plan, whatever order they come in.
package struct Plan: Hashable, Sendable {
    /// What a plan says of one partition.
    package enum Verdict: Hashable, Sendable {
        /// It is as etcd wants it.
        case inStep
        case create
        case change
        case delete
        /// It is in the ledger and neither in etcd nor in UFM: the record has yet to go.
        case release
        /// It is left as it is.
        case held(HoldReason)
        /// It is there and not ours, and nobody has said that it is: it is left as it is.
        case conflict(Conflict)
        /// It is in UFM only, and not ours.
        case unmanaged
    }

    package struct Entry: Hashable, Sendable {
        package let number: PartitionNumber
        package let verdict: Verdict
        /// The requests, in their order.
        package let steps: [PlanStep]
        package let difference: Difference?
        package let isOwned: Bool
    }

    package let entries: [Entry]

    /// Whether UFM is not as etcd wants it, as far as the limits admit.
    package var hasDrift: Bool { entries.contains(where: \.isDrift) }

    /// - Parameters:
    ///   - intents: what is wanted of each PKey that etcd or the ledger knows, as far as the limits admit it.
    ///   - actual: the fabric.
    ///   - owned: the PKeys of the ledger.
    ///   - adoption: what may be taken over that is there and not ours.
    package init(
        intents: [PKey: Intent], actual: FabricSnapshot, owned: Set<PKey>, planner: Planner = Planner(),
        adoption: AdoptionRule = AdoptionRule()
    ) {
        let numbers = Set(actual.partitions.keys).union(intents.keys.map(\.number)).union(owned.map(\.number))
        entries = numbers.sorted().map { number in
            let partition = actual.partitions[number]
            guard let pkey = PKey(number), intents[pkey] != nil || owned.contains(pkey) else {
                return Entry(number: number, verdict: .unmanaged, steps: [], difference: nil, isOwned: false)
            }
            let (intent, isOwned) = (intents[pkey] ?? .absent, owned.contains(pkey))
            if case .present(let desired) = intent, !isOwned, let partition,
                let conflict = adoption.conflict(over: partition, of: pkey, wanted: desired)
            {
                return Entry(
                    number: number, verdict: .conflict(conflict), steps: [],
                    difference: planner.difference(from: partition, to: desired), isOwned: false)
            }
            let steps = planner.steps(for: pkey, intent: intent, actual: partition, isOwned: isOwned)
            var difference: Difference?
            if case .present(let desired) = intent {
                difference = planner.difference(from: partition, to: desired)
            }
            return Entry(
                number: number, verdict: Self.verdict(intent, partition, steps, isOwned), steps: steps,
                difference: difference, isOwned: isOwned)
        }
    }

    private static func verdict(
        _ intent: Intent, _ actual: Partition?, _ steps: [PlanStep], _ isOwned: Bool
    ) -> Verdict {
        switch intent {
        case .held(let reason): .held(reason)
        case .present: steps.isEmpty ? .inStep : actual == nil ? .create : .change
        case .absent where isOwned: actual == nil ? .release : .delete
        // A key without a valid GUID asks for no partition; one that is there all the same is not ours.
        case .absent: actual == nil ? .inStep : .unmanaged
        }
    }
}

extension Plan.Entry {
    /// Whether UFM is not as it should be.
    package var isDrift: Bool {
        switch verdict {
        case .create, .change, .delete, .conflict, .held(.deletionGuard): true
        case .inStep, .release, .held, .unmanaged: false
        }
    }
}
