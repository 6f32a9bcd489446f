/// Whether a member may talk to every other member (`full`) or to full members only (`limited`).
package enum Membership: String, Hashable, Sendable, CaseIterable {
    case full
    case limited
}
