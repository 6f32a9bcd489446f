/// Whether a member may talk to every other member (`full`) or to full members only (`limited`).
package enum Membership: String, Hashable, Sendable, CaseIterable {
    case full
    case limited
}

/// One port in a partition, with what the fabric manager keeps for it there.
package struct Member: Hashable, Sendable {
    package let guid: GUID
    package var membership: Membership
    /// Whether the partition stands at index 0 of this port's PKey table.
    package var index0: Bool

    package init(guid: GUID, membership: Membership = .full, index0: Bool) {
        self.guid = guid
        self.membership = membership
        self.index0 = index0
    }
}
