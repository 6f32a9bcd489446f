/// A partition as the fabric manager has it.
package struct Partition: Hashable, Sendable {
    package let number: PartitionNumber
    /// The manager's name for it (`api_pkey_0x200e`, `management`), where it told us.
    package var name: String?
    package var ipOverIB: Bool
    package var members: Members
    /// Whether the manager tells index 0 of every member, and IP over IB. What it does not tell cannot be enforced.
    package var tellsIndex0 = true
    package var tellsIPOverIB = true
    /// Its quality of service, where the manager was asked for it and told; a list of members does not.
    package var qos: QualityOfService?

    package init(
        number: PartitionNumber, name: String? = nil, ipOverIB: Bool, members: some Sequence<Member>,
        qos: QualityOfService? = nil
    ) {
        self.number = number
        self.qos = qos
        self.name = name
        self.ipOverIB = ipOverIB
        self.members = Members(members)
    }

    /// The name, unless it is missing or the one that UFM gives a partition nobody named: `api_pkey_0x200e`.
    package var customName: String? {
        guard let name, !name.isEmpty else { return nil }
        return hasAutomaticName ? nil : name
    }

    /// Whether it has the name that UFM gives a partition nobody named; no name at all is none.
    package var hasAutomaticName: Bool {
        let prefix = "api_pkey_"
        // By bytes: what only looks the same was typed by somebody.
        guard let name, name.utf8.starts(with: prefix.utf8) else { return false }
        let rest = String(decoding: name.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        return (try? PartitionNumber(parsing: rest)) == number
    }
}
