import Administration
import Fabric
import Reconciler
import Text

/// Partitions as a table, as text, or as JSON.
struct PartitionPrinter {
    private let format: OutputFormat
    /// What the daemon's ledger says; nil where it was not asked.
    private let records: [PKey: LedgerRecord]?

    init(_ format: OutputFormat, ledger records: [PKey: LedgerRecord]? = nil) {
        self.format = format
        self.records = records
    }

    /// One line for each partition.
    func print(_ snapshot: FabricSnapshot) throws {
        let partitions = snapshot.sortedPartitions
        if format == .json { return try Output.json(partitions.map(document)) }
        var table = Table(header: ["PKEY", "NAME", "FULL", "LIMITED", "INDEX0", "IPOIB"] + managedHeader)
        for partition in partitions {
            let members = partition.members
            table.append(
                [
                    partition.number.description, shownName(partition), count(members) { $0.membership == .full },
                    count(members) { $0.membership == .limited }, count(members, where: \.index0),
                    yesNo(partition.ipOverIB),
                ] + managed(partition))
        }
        for line in table.lines { Output.line(line) }
        Output.line("\(partitions.count) PKeys")
    }

    /// One line for each member, and one for a partition without any.
    func printMembers(_ snapshot: FabricSnapshot) throws {
        let partitions = snapshot.sortedPartitions
        if format == .json { return try Output.json(partitions.map(document)) }
        var table = Table(header: ["PKEY", "NAME", "IPOIB", "GUID", "MEMBERSHIP", "INDEX0"] + managedHeader)
        for partition in partitions {
            let head = [partition.number.description, shownName(partition), yesNo(partition.ipOverIB)]
            if partition.members.isEmpty { table.append(head + ["-", "-", "-"] + managed(partition)) }
            for member in partition.members { table.append(head + cells(member) + managed(partition)) }
        }
        for line in table.lines { Output.line(line) }
        Output.line("\(partitions.count) PKeys, \(partitions.reduce(0) { $0 + $1.members.count }) members")
    }

    /// One partition with its members.
    func print(_ partition: Partition) throws {
        if format == .json {
            return try Output.json(document(partition))
        }
        Output.line("PKey: \(partition.number)")
        Output.line("Name: \(shownName(partition))")
        Output.line("IP over IB: \(yesNo(partition.ipOverIB))")
        if let qos = partition.qos { Output.line("QoS: \(qos.inWords)") }
        if let managed = managed(partition).first { Output.line("Managed: \(managed)") }
        Output.line("Members: \(partition.members.count)")
        guard !partition.members.isEmpty else { return }
        var table = Table(header: ["GUID", "MEMBERSHIP", "INDEX0"])
        for member in partition.members { table.append(cells(member)) }
        for line in table.lines { Output.line("  " + line) }
    }

    /// The partitions that one port is in.
    func print(_ partitions: [Partition], of guid: GUID) throws {
        if format == .json { return try Output.json(MembershipsDocument(guid, partitions)) }
        var table = Table(header: ["PKEY", "NAME", "MEMBERSHIP", "INDEX0"])
        for partition in partitions {
            guard let member = partition.members[guid] else { continue }
            table.append([partition.number.description, shownName(partition)] + cells(member).dropFirst())
        }
        for line in table.lines { Output.line(line) }
    }

    private func document(_ partition: Partition) -> PartitionDocument {
        guard let records else { return PartitionDocument(partition) }
        return PartitionDocument(
            partition, inLedger: PKey(partition.number).flatMap { records[$0] }?.state.rawValue)
    }

    private func cells(_ member: Member) -> [String] {
        [member.guid.description, member.membership.rawValue, yesNo(member.index0)]
    }

    private var managedHeader: [String] { records == nil ? [] : ["MANAGED"] }

    /// `yes` where the ledger has it and UFM has what the key wants, else what is the matter.
    private func managed(_ partition: Partition) -> [String] {
        guard let records else { return [] }
        guard let record = PKey(partition.number).flatMap({ records[$0] }) else { return ["no"] }
        return [record.state == .synced ? "yes" : "yes, \(record.state.rawValue)"]
    }

    /// The name may have been typed by anybody.
    private func shownName(_ partition: Partition) -> String { partition.name.map { Terminal.line($0) } ?? "-" }

    private func count(_ members: some Collection<Member>, where condition: (Member) -> Bool) -> String {
        String(members.count(where: condition))
    }

    private func yesNo(_ value: Bool) -> String { value ? "yes" : "no" }
}

/// Where a port is, as JSON: `{"guid":…,"partitions":[{"index0":…,"membership":…,"name":…,"pkey":…}]}`.
private struct MembershipsDocument: Encodable {
    struct Place: Encodable {
        let pkey: String
        let name: String?
        let membership: String
        let index0: Bool
    }

    let guid: String
    let partitions: [Place]

    init(_ guid: GUID, _ partitions: [Partition]) {
        self.guid = guid.description
        self.partitions = partitions.compactMap { partition in
            guard let member = partition.members[guid] else { return nil }
            return Place(
                pkey: partition.number.description, name: partition.name, membership: member.membership.rawValue,
                index0: member.index0)
        }
    }
}
