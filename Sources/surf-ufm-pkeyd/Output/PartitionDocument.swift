import Fabric
import Reconciler
import UFMClient

/// A partition as JSON, the same wherever one is printed or exported.
///
/// `{"guids":[{"guid":…,"index0":…,"membership":…}],"ip_over_ib":…,"name":…,"pkey":"0x200e","qos":{…}}`, members in
/// ascending order of GUID; keys that have nothing to say are left out.
struct PartitionDocument: Encodable {
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

    init(_ partition: Partition) {
        pkey = partition.number.description
        name = partition.name
        ip_over_ib = partition.ipOverIB
        guids = partition.sortedMembers.map(MemberDocument.init)
    }

    init(_ partition: Partition, qos: QualityOfService? = nil, ledger records: [PKey: LedgerRecord]?) {
        self.init(partition)
        self.qos = qos.map(QoSDocument.init)
        guard let records else { return }
        ledger = PKey(partition.number).flatMap { records[$0] }?.state.rawValue
        managed = ledger != nil
    }

    /// As it is exported: a name that UFM made up itself is left out, since it makes it up again.
    static func exported(_ state: PartitionState) -> PartitionDocument {
        var document = PartitionDocument(state.partition, qos: state.qos, ledger: nil)
        document.name = state.partition.customName
        return document
    }
}

/// Quality of service as JSON, in UFM's own codes.
struct QoSDocument: Encodable {
    let mtu_limit: Int
    let service_level: Int
    let rate_limit: Double

    init(_ qos: QualityOfService) {
        mtu_limit = qos.mtuLimit
        service_level = qos.serviceLevel
        rate_limit = qos.rateLimit
    }
}

extension QualityOfService {
    /// `MTU 2048, service level 0, rate 2.5 Gb/s`.
    var words: String {
        let mtu = [2: "2048", 4: "4096"][mtuLimit] ?? "code \(mtuLimit)"
        let rate = Int(exactly: rateLimit).map(String.init) ?? "\(rateLimit)"
        return "MTU \(mtu), service level \(serviceLevel), rate \(rate) Gb/s"
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
