package import Fabric
import Planning

/// A partition as JSON, the same wherever one is printed or exported.
///
/// `{"guids":[{"guid":…,"index0":…,"membership":…}],"ip_over_ib":…,"name":…,"pkey":"0x200e","qos":{…}}`, members in
/// ascending order of GUID; keys that have nothing to say are left out.
package struct PartitionDocument: Encodable {
    let pkey: String
    private(set) var name: String?
    let ip_over_ib: Bool
    let guids: [MemberDocument]
    /// Where UFM was asked for it and told.
    private(set) var qos: QoSDocument?
    /// Whether the daemon's ledger has the partition; only where the ledger was asked.
    private var managed: Bool?
    /// What the ledger says of it: `claimed`, `synced`, `failing` or `deleting`.
    private var ledger: String?

    package init(_ partition: Partition) {
        pkey = partition.number.description
        name = partition.name
        ip_over_ib = partition.ipOverIB
        guids = partition.members.map(MemberDocument.init)
        qos = partition.qos.map(QoSDocument.init)
    }

    /// - Parameter state: what the ledger, which was asked, says of it; nil where it does not have it.
    package init(_ partition: Partition, inLedger state: String?) {
        self.init(partition)
        ledger = state
        managed = state != nil
    }

    /// As it is exported: a name that UFM made up itself is left out, since it makes it up again.
    static func exported(_ goal: PartitionGoal) -> PartitionDocument {
        let partition = Partition(
            number: goal.pkey.number, name: goal.name, ipOverIB: goal.ipOverIB, members: goal.members,
            qos: goal.qos)
        return PartitionDocument(partition)
    }
}

/// Quality of service as JSON, in UFM's own codes.
package struct QoSDocument: Encodable {
    let mtu_limit: Int
    let service_level: Int
    let rate_limit: Double

    init(_ qos: QualityOfService) {
        mtu_limit = qos.mtuLimit
        service_level = qos.serviceLevel
        rate_limit = qos.rateLimit
    }
}

/// A member as JSON.
package struct MemberDocument: Encodable {
    let guid: String
    let index0: Bool
    let membership: String

    package init(_ member: Member) {
        guid = member.guid.description
        index0 = member.index0
        membership = member.membership.rawValue
    }
}
