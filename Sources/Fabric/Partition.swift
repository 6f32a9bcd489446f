/// A partition as the fabric manager has it.
package struct Partition: Hashable, Sendable {
    package let number: PartitionNumber
    /// The manager's name for it (`api_pkey_0x200e`, `management`), where it told us.
    package var name: String?
    package var ipOverIB: Bool
    /// Members by GUID: a port is in a partition once.
    package var members: [GUID: Member]

    package init(number: PartitionNumber, name: String? = nil, ipOverIB: Bool, members: some Sequence<Member>) {
        self.number = number
        self.name = name
        self.ipOverIB = ipOverIB
        self.members = Dictionary(members.map { ($0.guid, $0) }, uniquingKeysWith: { _, later in later })
    }

    /// The members in ascending order of GUID.
    package var sortedMembers: [Member] { members.values.sorted { $0.guid < $1.guid } }
}
