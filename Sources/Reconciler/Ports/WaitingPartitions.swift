internal import Fabric
internal import Planning

/// The partitions that wait for ports of others. Pure.
struct WaitingPartitions: Sendable {
    private var waiting: [PKey: Waiting] = [:]
    private var waiters: [GUID: Set<PKey>] = [:]
    /// What the ledger says of them.
    private var notes: [PKey: WaitingNote] = [:]
    /// Whom a waiter has hurried already: once is enough.
    private var hurried: [PKey: Set<PKey>] = [:]

    /// The partitions that wait, in ascending order.
    var pkeys: [PKey] { waiting.keys.sorted() }

    subscript(pkey: PKey) -> Waiting? { waiting[pkey] }

    /// What the ledger says that a partition waits for.
    func note(of pkey: PKey) -> WaitingNote? { notes[pkey] }

    /// The ledger says so of a partition now, or nothing more: each record takes the note before it away.
    mutating func noted(_ note: WaitingNote?, of pkey: PKey) { notes[pkey] = note }

    /// The partitions that wait for ports of this one, in ascending order.
    func waiting(on holder: PKey) -> [PKey] {
        waiting.filter { $0.value.holders.values.contains(holder) }.keys.sorted()
    }

    /// Whether a partition waits for ports of this one.
    func isAwaited(_ holder: PKey) -> Bool {
        waiting.values.contains { $0.holders.values.contains(holder) }
    }

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
}
