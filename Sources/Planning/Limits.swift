package import Fabric

/// How much of the plan is carried out.
package enum Policy: String, Sendable, CaseIterable {
    /// All of it.
    case sync
    /// Partitions are made and changed, and none is deleted. Members still leave a partition that passes to another
    /// tenant: keeping them would put two tenants together.
    case upsertOnly = "upsert-only"
    /// Nothing; what would be done is told.
    case report
}

/// The PKeys that may be touched at all.
package struct ManagedRange: Hashable, Sendable, CustomStringConvertible {
    private let ranges: [ClosedRange<PKey>]

    /// Every PKey there is.
    package static let everything = ManagedRange([])

    /// The union of these; none means every PKey.
    package init(_ ranges: [ClosedRange<PKey>]) {
        self.ranges = ranges.sorted { $0.lowerBound < $1.lowerBound }
    }

    package func contains(_ pkey: PKey) -> Bool {
        ranges.isEmpty || ranges.contains { $0.contains(pkey) }
    }

    /// The range that a description is of; nil for a text that is none.
    package init?(described text: String) {
        var ranges: [ClosedRange<PKey>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2, let first = try? PKey(parsing: String(ends[0])),
                let last = try? PKey(parsing: String(ends[1])), first <= last
            else { return nil }
            ranges.append(first...last)
        }
        self.init(ranges)
    }

    /// Whether it has every PKey that the other has.
    package func covers(_ other: ManagedRange) -> Bool {
        (1...0x7ffe as ClosedRange<UInt16>).allSatisfy { number in
            guard let pkey = PKey(PartitionNumber(lowBitsOf: number)) else { return true }
            return contains(pkey) || !other.contains(pkey)
        }
    }

    /// What both have; nil where that is nothing, since a range without parts is everything.
    package func intersection(_ other: ManagedRange) -> ManagedRange? {
        guard !ranges.isEmpty, !other.ranges.isEmpty else { return ranges.isEmpty ? other : self }
        let shared = ranges.flatMap { one in
            other.ranges.compactMap { two -> ClosedRange<PKey>? in
                let (first, last) = (max(one.lowerBound, two.lowerBound), min(one.upperBound, two.upperBound))
                return first <= last ? first...last : nil
            }
        }
        return shared.isEmpty ? nil : ManagedRange(shared)
    }

    /// `0x2000-0x3000,0x3800-0x38ff`, as it is written in options.
    package var description: String {
        guard !ranges.isEmpty else { return "0x1-0x7ffe" }
        return ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}

/// What a site allows. Where these hold a partition no request is planned for it: nothing later has to remember them.
package struct Limits: Hashable, Sendable {
    package var policy: Policy
    package var range: ManagedRange
    /// Which partitions that are there and not ours may be taken over.
    package var adoption: AdoptionRule

    package init(
        policy: Policy = .sync, range: ManagedRange = .everything, adoption: AdoptionRule = AdoptionRule()
    ) {
        self.policy = policy
        self.range = range
        self.adoption = adoption
    }

    /// What is left of an intent.
    package func admitted(_ intent: Intent, for pkey: PKey) -> Intent {
        guard range.contains(pkey) else { return .held(.outsideRange) }
        return switch policy {
        case .sync: intent
        case .upsertOnly: intent == .absent ? .held(.policy) : intent
        case .report: .held(.policy)
        }
    }
}
