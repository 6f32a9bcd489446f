package import Fabric
internal import Planning

/// What the ledger says of a partition that waits for ports: which, who still has them, and why.
///
/// It stands beside the record, which says `claimed`, and goes with the next record of the partition: no state of its own, so
/// that an older program takes the record for what it is.
package struct WaitingNote: Hashable, Sendable {
    package struct Port: Hashable, Sendable {
        package let guid: GUID
        /// The partition that still has it.
        package let holder: PKey
        /// Why it still has it, where that is known: what the fabric manager said last.
        package let reason: String?

        package init(_ guid: GUID, holder: PKey, reason: String? = nil) {
            self.guid = guid
            self.holder = holder
            self.reason = reason
        }
    }

    /// In ascending order.
    package let ports: [Port]

    package init(_ ports: [Port]) {
        self.ports = ports.sorted { $0.guid < $1.guid }
    }

    /// - Parameter reason: what a partition that still has a port fails with.
    init(_ waiting: Waiting, because reason: (PKey) -> String?) {
        self.init(waiting.holders.map { Port($0.key, holder: $0.value, reason: reason($0.value)) })
    }

    /// `waits for 043f720300f55101, which PKey 0x2000 still has (…)`
    package var words: String {
        let holders = ports.reduce(into: [PKey: [Port]]()) { $0[$1.holder, default: []].append($1) }
        let parts = holders.sorted { $0.key < $1.key }.map { holder, ports in
            "\(Capped(ports.map(\.guid)).inWords), which PKey \(holder) still has"
                + (ports.first?.reason.map { " (\($0))" } ?? "")
        }
        return "waits for " + parts.joined(separator: ", and for ")
    }
}
