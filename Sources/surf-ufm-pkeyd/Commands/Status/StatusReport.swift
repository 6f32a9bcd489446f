import Fabric
import FoundationEssentials
import KeyHistory
import Ledger
import Planning
import Reconciler
import Text

/// The status of all PKeys that etcd or the ledger know.
struct StatusReport {
    let fabric: String
    /// The revision of etcd, or of what else is the first source, at which the keys were read.
    let revision: Int64
    /// In ascending order.
    let partitions: [PartitionStatus]

    /// How many records are outside the managed range: the daemon leaves them alone.
    let outside: Int

    /// - Parameters:
    ///   - range: the PKeys that are managed; keys and records of others are left out.
    ///   - entries: the ledger, read before the keys, so that nothing is called synced which is outdated already.
    ///   - sources: where keys come from, in the order of precedence.
    ///   - keys: a list of each source.
    init(
        fabric: String, range: ManagedRange = .everything, entries: [PKey: LedgerEntry], sources: [SourceID],
        keys: [SourceID: KeySnapshot]
    ) {
        var desired = DesiredState(sources, flags: FlagPolicy(), range: range)
        for (source, list) in keys { _ = desired.take(list, .afresh, from: source) }
        self.fabric = fabric
        revision = sources.first.flatMap { keys[$0]?.revision.number } ?? 0
        let managed = entries.filter { range.contains($0.key) }
        outside = entries.count - managed.count
        partitions = desired.pkeys.union(managed.keys).sorted().compactMap { pkey in
            PartitionStatus(of: pkey, desired: desired, entry: entries[pkey])
        }
    }

    /// How many PKeys are in each state, of those states that there are, in the order of ``PartitionStatus/State``.
    var counts: [(state: PartitionStatus.State, count: Int)] {
        PartitionStatus.State.allCases.map { state in
            (state, partitions.count { $0.state == state })
        }.filter { $0.count > 0 }
    }

    // MARK: For people

    func lines(now: Date = .now) -> [String] {
        var table = Table(header: ["PKEY", "STATE", "REVISION", "AGE", "KEY"])
        for partition in partitions {
            table.append([
                partition.pkey.description, partition.state.rawValue,
                partition.entry.map { $0.record.revision.description } ?? "-",
                partition.entry?.time.map { Self.age(now.timeIntervalSince($0)) } ?? "-", Self.words(partition),
            ])
        }
        return (partitions.isEmpty ? [] : table.lines) + summary
    }

    private var summary: [String] {
        let states = counts.map { "\($0.count) \($0.state.rawValue)" }.joined(separator: ", ")
        let line =
            "\(partitions.count) PKeys of fabric \(fabric)" + (states.isEmpty ? "" : ": \(states)")
            + (outside == 0 ? "" : "; \(outside) records are outside the managed range")
        guard partitions.contains(where: { $0.state == .guarded }) else { return [line] }
        return [line, "Deletions wait for an approval. If etcd is what it should be: status --approve-deletes"]
    }

    /// The key, where it stands if that is not what the record says, and what is wrong.
    private static func words(_ partition: PartitionStatus) -> String {
        var words = partition.key.description
        if let revision = partition.keyRevision {
            if revision != partition.entry?.record.revision { words += " at revision \(revision)" }
        } else {
            words += " is gone"
        }
        if let error = partition.error { words += ": \(error)" }
        // Keys and UFM's words are theirs, and the terminal is ours.
        return Terminal.line(words)
    }

    private static func age(_ seconds: Double) -> String {
        let seconds = Int(max(0, seconds))
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3_600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    // MARK: For scripts

    private struct Document: Encodable {
        struct Partition: Encodable {
            let pkey: String
            let state: String
            let key: String
            let key_revision: Int64?
            let record_state: String?
            let record_revision: Int64?
            let record_time: String?
            let error: String?
        }

        let fabric: String
        let revision: Int64
        let partitions: [Partition]
        let summary: [String: Int]
    }

    /// `{"fabric":…,"partitions":[{"key":…,"key_revision":…,"pkey":…,"record_…":…,"state":…}],"revision":…,"summary":{…}}`.
    func printJSON() throws {
        try Output.json(
            Document(
                fabric: fabric, revision: revision,
                partitions: partitions.map { partition in
                    Document.Partition(
                        pkey: partition.pkey.description, state: partition.state.rawValue,
                        key: partition.key.description,
                        key_revision: partition.keyRevision?.number,
                        record_state: partition.entry?.record.state.rawValue,
                        record_revision: partition.entry?.record.revision.number,
                        record_time: partition.entry?.time?.formatted(.iso8601), error: partition.error)
                },
                summary: Dictionary(counts.map { ($0.state.rawValue, $0.count) }, uniquingKeysWith: +)))
    }
}
