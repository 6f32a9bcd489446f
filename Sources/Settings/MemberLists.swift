package import Fabric

/// The lists of GUIDs that the options give for one partition, and the flags of their members.
package struct MemberLists: Sendable {
    package var guids: [GUIDArgument]
    package var full: [GUIDArgument]
    package var limited: [GUIDArgument]
    /// Of those in `guids`.
    package var membership: Membership
    package var index0: Bool

    package init(
        guids: [GUIDArgument], full: [GUIDArgument], limited: [GUIDArgument], membership: Membership, index0: Bool
    ) {
        self.guids = guids
        self.full = full
        self.limited = limited
        self.membership = membership
        self.index0 = index0
    }

    /// The members of the three lists, ascending; throws for a GUID that is in two of them with different membership.
    package func load() throws(SettingsError) -> [Member] {
        var memberships: [GUID: Membership] = [:]
        for (list, membership) in [(guids, membership), (full, Membership.full), (limited, Membership.limited)] {
            for guid in try GUIDArgument.load(list) {
                guard memberships.updateValue(membership, forKey: guid) ?? membership == membership else {
                    throw .contradictingMembership(guid)
                }
            }
        }
        return memberships.map { Member(guid: $0.key, membership: $0.value, index0: index0) }
            .sorted { $0.guid < $1.guid }
    }
}
