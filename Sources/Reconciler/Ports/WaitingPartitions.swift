internal import Fabric
internal import Planning

/// The partitions that wait for ports of others. Pure.
struct WaitingPartitions: Sendable {
    private var waiting: [PKey: Waiting] = [:]
    private var waiters: [GUID: Set<PKey>] = [:]
    /// Whom a waiter has hurried already: once is enough.
    private var hurried: [PKey: Set<PKey>] = [:]

    /// The partitions that wait, in ascending order.
    var pkeys: [PKey] { waiting.keys.sorted() }

    subscript(pkey: PKey) -> Waiting? { waiting[pkey] }

    /// The partitions that wait for one of these ports, in ascending order.
    func waiting(for ports: Set<GUID>) -> [PKey] {
        guard !waiters.isEmpty else { return [] }
        return ports.reduce(into: Set<PKey>()) { $0.formUnion(waiters[$1] ?? []) }.sorted()
    }

    /// Takes note of what a partition waits for.
    ///
    /// - Returns: the partitions that it waits for now and has not hurried before, in ascending order.
    mutating func set(_ new: Waiting?, of pkey: PKey) -> [PKey] {
        let before = waiting[pkey]
        guard before != new else { return [] }
        for guid in before?.ports ?? [] {
            waiters[guid]?.remove(pkey)
            if waiters[guid]?.isEmpty == true { waiters[guid] = nil }
        }
        for guid in new?.ports ?? [] { waiters[guid, default: []].insert(pkey) }
        waiting[pkey] = new
        guard let new else {
            hurried[pkey] = nil
            return []
        }
        return new.partitions.filter { hurried[pkey, default: []].insert($0).inserted }
    }
}

extension Waiting {
    /// The partitions that still have them, in ascending order.
    var partitions: [PKey] { Set(holders.values).sorted() }

    /// `waits for [043f720300f55101], which PKey 0x2000 still has (…)`
    ///
    /// - Parameter reasons: why a partition still has them, where that is known.
    func inWords(because reasons: [PKey: String]) -> String {
        let parts = partitions.map { holder in
            let held = ports.filter { holders[$0] == holder }
            return "\(Capped(held).inWords), which PKey \(holder) still has"
                + (reasons[holder].map { " (\($0))" } ?? "")
        }
        return "waits for " + parts.joined(separator: ", and for ")
    }
}
