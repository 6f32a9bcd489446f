import Fabric

/// Partitions as a table, as text, or as JSON.
struct PartitionPrinter {
    private let format: OutputFormat

    init(_ format: OutputFormat) {
        self.format = format
    }

    func print(_ snapshot: FabricSnapshot) throws {
        let partitions = snapshot.sortedPartitions
        if format == .json { return try Output.json(partitions.map(PartitionDocument.init)) }
        var table = Table(header: ["PKEY", "NAME", "FULL", "LIMITED", "INDEX0", "IPOIB"])
        for partition in partitions {
            let members = partition.members.values
            table.append([
                partition.number.description, partition.name ?? "-", count(members) { $0.membership == .full },
                count(members) { $0.membership == .limited }, count(members, where: \.index0),
                yesNo(partition.ipOverIB),
            ])
        }
        for line in table.lines { Output.line(line) }
        Output.line("\(partitions.count) PKeys")
    }

    func print(_ partition: Partition) throws {
        if format == .json { return try Output.json(PartitionDocument(partition)) }
        Output.line("PKey: \(partition.number)")
        Output.line("Name: \(partition.name ?? "-")")
        Output.line("IP over IB: \(yesNo(partition.ipOverIB))")
        Output.line("Members: \(partition.members.count)")
        guard !partition.members.isEmpty else { return }
        var table = Table(header: ["GUID", "MEMBERSHIP", "INDEX0"])
        for member in partition.sortedMembers {
            table.append([member.guid.description, member.membership.rawValue, yesNo(member.index0)])
        }
        for line in table.lines { Output.line("  " + line) }
    }

    private func count(_ members: some Collection<Member>, where condition: (Member) -> Bool) -> String {
        String(members.count(where: condition))
    }

    private func yesNo(_ value: Bool) -> String { value ? "yes" : "no" }
}

/// A partition as JSON: `{"guids":[{"guid":…,"index0":…,"membership":…}],"ip_over_ib":…,"name":…,"pkey":"0x200e"}`.
private struct PartitionDocument: Encodable {
    struct MemberDocument: Encodable {
        let guid: String
        let index0: Bool
        let membership: String
    }

    let pkey: String
    let name: String?
    let ip_over_ib: Bool
    let guids: [MemberDocument]

    init(_ partition: Partition) {
        pkey = partition.number.description
        name = partition.name
        ip_over_ib = partition.ipOverIB
        guids = partition.sortedMembers.map { member in
            MemberDocument(
                guid: member.guid.description, index0: member.index0, membership: member.membership.rawValue)
        }
    }
}
