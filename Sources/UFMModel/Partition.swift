/// A partition as UFM's own model holds it.
package struct Partition: Sendable, Equatable {
    /// The partition's number, 0x1–0x7ffe, or 0x7fff for the default partition.
    package let key: UInt16
    /// The name UFM shows as `partition`.
    package var name: String
    /// Whether the partition has an IP over InfiniBand multicast group.
    package var ipOverIB: Bool
    /// The members by port GUID.
    package var members: [UInt64: Member]
    /// The quality of service UFM reports.
    package var qos: QoS
    /// The quality of service that a restart puts in place, where `qosNeedsRestart` holds it back.
    package var pendingQoS: QoS?
    /// Whether SHARP holds resources for it.
    package var sharpEnabled = false

    /// A partition with these members; without a name it gets the one UFM invents.
    package init(
        key: UInt16, name: String? = nil, ipOverIB: Bool = true, members: [UInt64: Member] = [:], qos: QoS = QoS()
    ) {
        self.key = key
        self.name = name ?? Self.automaticName(of: key)
        self.ipOverIB = ipOverIB
        self.members = members
        self.qos = qos
    }
}

extension Partition {
    /// Whether nobody gave it its name.
    var hasAutomaticName: Bool { name == Self.automaticName(of: key) }

    private static func automaticName(of key: UInt16) -> String { "api_pkey_" + Spelling.pkey(key) }
}

/// How one GUID belongs to a partition.
package struct Member: Sendable, Equatable {
    /// What the port may talk to: everyone in the partition, or its full members only.
    package enum Membership: String, Sendable, CaseIterable {
        /// Talks to every member.
        case full
        /// Talks to full members only.
        case limited
    }

    /// Full or limited.
    package var membership: Membership
    /// Whether the partition takes index 0 of the port's PKey table.
    package var index0: Bool

    /// A member with these flags.
    package init(_ membership: Membership = .full, index0: Bool = false) {
        self.membership = membership
        self.index0 = index0
    }
}

/// The quality of service of a partition, in UFM's codes.
package struct QoS: Sendable, Equatable {
    /// 2 for 2,048 bytes, 4 for 4,096.
    package var mtuLimit = 2
    /// 0–15.
    package var serviceLevel = 0
    /// Gb/s, one of UFM's list.
    package var rateLimit = 2.5

    /// UFM's defaults.
    package init() {}
}

extension Partition {
    /// Reads `0x4000` or `0x4000:guid,guid`: a partition made by hand, all of its members full.
    package init(specification text: String) throws(UFMModelError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let key = Spelling.readPKey(parts[0]), Spelling.writablePKeys.contains(key) else {
            throw .badPartition(text, "the PKey must be 0x1 to 0x7ffe")
        }
        var members: [UInt64: Member] = [:]
        for word in parts.count == 2 ? parts[1].split(separator: ",") : [] {
            members[try Self.guid(word)] = Member()
        }
        self.init(key: key, members: members)
    }

    /// Reads a GUID as a request may spell it.
    package static func guid(_ text: some StringProtocol) throws(UFMModelError) -> UInt64 {
        guard let guid = Spelling.readGUID(text) else { throw .badGUID(String(text)) }
        return guid
    }

    /// Adds members or overwrites their flags, and answers whether that changed anything and who is new.
    mutating func admit(
        _ guids: [UInt64], memberships: [Member.Membership], index0: Bool, ipOverIB: Bool
    ) -> (changed: Bool, joined: [UInt64]) {
        var changed = self.ipOverIB != ipOverIB
        var joined: [UInt64] = []
        self.ipOverIB = ipOverIB
        for (guid, membership) in zip(guids, memberships) {
            let member = Member(membership, index0: index0)
            let before = members.updateValue(member, forKey: guid)
            changed = changed || before != member
            if before == nil { joined.append(guid) }
        }
        return (changed, joined)
    }
}
