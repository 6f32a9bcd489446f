internal import Fabric

/// Tells which partitions of the fabric are not ours, when that changes.
struct UnmanagedReport: Sendable {
    private var told: [[PartitionNumber]] = []

    /// - Parameters:
    ///   - numbers: every partition of the fabric.
    ///   - managed: PKeys that a source wants or that the ledger holds.
    ///   - source: what people call what wants them.
    mutating func messages(
        _ numbers: [PartitionNumber], managed: Set<PKey>, by source: String
    ) -> [Message] {
        let ours = numbers.filter { PKey($0).map(managed.contains) ?? false }
        // The default partition is nobody's to manage: naming it each time would hide what matters.
        let others = numbers.filter { !ours.contains($0) && $0 != .defaultPartition }
        guard told != [ours, others] else { return [] }
        told = [ours, others]
        var messages = [
            Message(
                .info,
                "UFM Status: \(numbers.count) total PKeys, \(ours.count) managed via \(source), \(others.count) unmanaged"
            )
        ]
        if !others.isEmpty {
            messages.append(Message(.info, "UFM PKeys NOT managed through \(source): \(others.inWords)"))
        }
        if !ours.isEmpty { messages.append(Message(.info, "UFM PKeys managed through \(source): \(ours.inWords)")) }
        return messages
    }
}
