import Fabric
import Reconciler

/// A partition as JSON, the same wherever one is printed or exported.
///
/// `{"guids":[{"guid":…,"index0":…,"membership":…}],"ip_over_ib":…,"name":…,"pkey":"0x200e"}`, members in ascending order
/// of GUID; keys that have nothing to say are left out.
struct PartitionDocument: Encodable {
    let pkey: String
    private(set) var name: String?
    let ip_over_ib: Bool
    let guids: [MemberDocument]
    /// Whether the daemon's ledger has the partition; only where the ledger was asked.
    private var managed: Bool?
    /// What the ledger says of it: `claimed`, `synced`, `failing` or `deleting`.
    private var ledger: String?

    init(_ partition: Partition) {
        pkey = partition.number.description
        name = partition.name
        ip_over_ib = partition.ipOverIB
        guids = partition.sortedMembers.map(MemberDocument.init)
    }

    init(_ partition: Partition, ledger records: [PKey: LedgerRecord]?) {
        self.init(partition)
        guard let records else { return }
        ledger = PKey(partition.number).flatMap { records[$0] }?.state.rawValue
        managed = ledger != nil
    }

    /// As it is exported: a name that UFM made up itself is left out, since it makes it up again.
    static func exported(_ partition: Partition) -> PartitionDocument {
        var document = PartitionDocument(partition)
        document.name = partition.customName
        return document
    }
}

/// A member as JSON.
struct MemberDocument: Encodable {
    let guid: String
    let index0: Bool
    let membership: String

    init(_ member: Member) {
        guid = member.guid.description
        index0 = member.index0
        membership = member.membership.rawValue
    }
}

extension Partition {
    /// The name, unless it is missing or the one that UFM gives a partition nobody named: `api_pkey_0x200e`.
    var customName: String? {
        let prefix = "api_pkey_"
        guard let name, !name.isEmpty else { return nil }
        guard name.hasPrefix(prefix) else { return name }
        return (try? PartitionNumber(parsing: name.dropFirst(prefix.count))) == number ? nil : name
    }
}
