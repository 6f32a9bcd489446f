import Fabric
import KeyHistory
import Reconciler

/// etcd as a value: keys of the PKey directory and ledger records in one sequence of revisions.
///
/// It tells what a real store tells and no more: after ``restore(_:)`` nothing but the content differs.
struct Store: Sendable {
    static let prefix = "/pkeys/"

    /// A key of the PKey directory.
    struct Key: Hashable, Sendable {
        let name: String
        /// The store's revision that last changed it.
        let revision: Int64
        let wish: Wish
        /// The PKey that the name spells; nil where it spells none.
        let pkey: PKey?
        /// What lists and the watch tell of it.
        let entry: KeyEntry

        init(_ name: String, _ wish: Wish, pkey: PKey?, revision: Int64) {
            self.name = name
            self.revision = revision
            self.wish = wish
            self.pkey = pkey
            entry = KeyEntry(key: KeyName(name), value: wish.value(for: pkey), revision: KeyVersion(revision))
        }
    }

    /// A record under the ledger's prefix.
    struct Record: Hashable, Sendable {
        enum Form: Hashable, Sendable {
            case plain
            /// Text that is no record.
            case unreadable
            /// A record of a format that a newer program writes.
            case newer
        }

        var record: LedgerRecord
        var form = Form.plain
        /// The store's revision that last changed it; in a file, a number of its own.
        var revision: Int64 = 0
    }

    enum Change: Sendable {
        case set(Key)
        case deleted(name: String, pkey: PKey?)
        case record(name: String, Record?)
    }

    /// All that one revision changed.
    struct Event: Sendable {
        let revision: Int64
        let changes: [Change]
    }

    /// What a transaction compares.
    enum Condition: Hashable, Sendable {
        /// The key was last changed by this revision; 0 for a key that is not there.
        case key(String, at: Int64)
        /// The key is there with exactly this value.
        case value(String, [UInt8])
        /// The record was last changed by this revision; 0 for one that is not there.
        case record(String, at: Int64)
        /// The tombstone was last written by this revision.
        case tombstone(PKey, at: Int64)
    }

    enum Refusal: Error, Hashable, Sendable {
        /// The quota is used up: puts are refused.
        case noSpace
        case compacted
        /// The revision asked for does not exist yet.
        case future
    }

    private(set) var revision: Int64 = 1
    private(set) var keys: [String: Key] = [:]
    /// By the name under the ledger's prefix, which is a PKey's own spelling or not.
    private(set) var records: [String: Record] = [:]
    /// What stands beside the records of partitions that are in conflict.
    private(set) var conflicts: [PKey: ConflictNote] = [:]
    /// What is kept of partitions that were deleted.
    private(set) var tombstones: [PKey: KeptTombstone] = [:]
    /// The changes that are not compacted, oldest first.
    private(set) var events: [Event] = []
    /// Everything up to this revision can no longer be watched.
    private(set) var compacted: Int64 = 0
    private var origin: (keys: [String: Key], records: [String: Record], revision: Int64) = ([:], [:], 1)

    /// Which of the histories that the store has had, one after the other, this is of; nobody is told.
    private(set) var lineage = 0
    /// Stays through a restore with the same flags, and is another one for another cluster.
    var clusterID: UInt64 = 0xc1
    let memberIDs: [UInt64] = [1, 2, 3]
    private static let firstTerm: UInt64 = 2
    private(set) var raftTerm = firstTerm
    /// Whether etcd's quota is used up.
    var isFull = false
    /// Whether the records stand in a file beside the daemon: they move no revision, and outlive what befalls the store.
    var keepsRecordsInFile = false
    /// Whether there is a directory of the keys: the first one makes it, and it outlives the last.
    private(set) var hasDirectory = false
    /// How often records in a file were changed.
    private(set) var fileChanges: Int64 = 0

    // MARK: Writing

    /// Writes a key, whether its name spells a PKey or not.
    mutating func put(_ name: String, _ wish: Wish) -> Event {
        let pkey = try? PKey(named: name.dropFirst(Self.prefix.count))
        hasDirectory = true
        return commit([.set(Key(name, wish, pkey: pkey, revision: revision + 1))])
    }

    /// Deletes keys in one revision, as `etcdctl del --prefix` does; nil where none of them is there.
    mutating func delete(_ names: [String]) -> Event? {
        let changes = names.compactMap { name in keys[name].map { Change.deleted(name: name, pkey: $0.pkey) } }
        return changes.isEmpty ? nil : commit(changes)
    }

    /// Somebody makes the directory of the keys again, empty.
    mutating func makeDirectory() {
        guard !hasDirectory else { return }
        hasDirectory = true
        touch(1)
    }

    /// The members have chosen a leader anew.
    mutating func elect() {
        raftTerm += 1
    }

    /// Others, who share the store, write so many times.
    mutating func touch(_ times: Int64) {
        revision += times
    }

    /// A transaction: all changes in one revision if every condition holds, else nothing.
    ///
    /// A transaction without changes, or whose records are gone already, moves nothing.
    ///
    /// - Parameter tombstones: what is kept from now on of partitions; nil where nothing is any more.
    /// - Returns: whether the conditions held.
    mutating func transact(
        if conditions: [Condition], set records: [String: Record?], leaving tombstones: [PKey: Tombstone?] = [:]
    ) throws(Refusal) -> Bool {
        guard conditions.allSatisfy(holds) else { return false }
        let real = records.filter { name, record in record != nil || self.records[name] != nil }
        if isFull, !keepsRecordsInFile, real.contains(where: { $0.value != nil }) { throw .noSpace }
        for name in real.keys { (try? PKey(parsing: name)).map { conflicts[$0] = nil } }
        let change = keepsRecordsInFile ? fileChanges + (real.isEmpty ? 0 : 1) : revision + 1
        for (pkey, tombstone) in tombstones {
            self.tombstones[pkey] = tombstone.map { KeptTombstone($0, RecordVersion(change)) }
        }
        guard !keepsRecordsInFile else {
            if !real.isEmpty { fileChanges += 1 }
            for (name, record) in real {
                self.records[name] = record
                self.records[name]?.revision = fileChanges
            }
            return true
        }
        guard !real.isEmpty else { return true }
        let next = revision + 1
        _ = commit(
            real.sorted { $0.key < $1.key }.map { name, record in
                var record = record
                record?.revision = next
                return .record(name: name, record)
            })
        return true
    }

    /// Notes what stands against taking over a partition that has no record; says whether it has none.
    mutating func note(_ conflict: ConflictNote?, on pkey: PKey) throws(Refusal) -> Bool {
        guard records[pkey.description] == nil else { return false }
        if isFull, !keepsRecordsInFile, conflict != nil { throw .noSpace }
        conflicts[pkey] = conflict
        return true
    }

    /// Whether the store is as a condition says.
    func holds(_ condition: Condition) -> Bool {
        switch condition {
        case .key(let name, let revision): (keys[name]?.revision ?? 0) == revision
        case .value(let name, let value): keys[name]?.entry.value == value
        case .record(let name, let revision): (records[name]?.revision ?? 0) == revision
        case .tombstone(let pkey, let revision): tombstones[pkey]?.version == RecordVersion(revision)
        }
    }

    private mutating func commit(_ changes: [Change]) -> Event {
        revision += 1
        let event = Event(revision: revision, changes: changes)
        Self.apply(event, to: &keys, &records)
        events.append(event)
        return event
    }

    private static func apply(_ event: Event, to keys: inout [String: Key], _ records: inout [String: Record]) {
        for change in event.changes {
            switch change {
            case .set(let key): keys[key.name] = key
            case .deleted(let name, _): keys[name] = nil
            case .record(let name, let record): records[name] = record
            }
        }
    }

    // MARK: Reading

    /// How far the store has come, as its answers say it.
    var point: StorePoint { point(at: revision) }

    func point(at revision: Int64) -> StorePoint {
        StorePoint(store: clusterID, revision: KeyVersion(revision), term: raftTerm)
    }

    /// All keys, from a member that has applied everything.
    var snapshot: KeySnapshot {
        KeySnapshot(complete: keys.values.map(\.entry), at: point)
    }

    /// The store as a member shows it that has applied no more than this revision.
    ///
    /// What has been compacted can no longer be shown: such a member shows the store as it was then.
    func stale(at revision: Int64) -> Store {
        var member = self
        member.revision = max(min(revision, self.revision), origin.revision)
        member.keys = origin.keys
        if !keepsRecordsInFile { member.records = origin.records }
        member.events = events.filter { $0.revision <= member.revision }
        for event in member.events { Self.apply(event, to: &member.keys, &member.records) }
        return member
    }

    /// What happened after a revision, in order.
    func events(after revision: Int64) throws(Refusal) -> ArraySlice<Event> {
        guard revision >= compacted else { throw .compacted }
        guard revision <= self.revision else { throw .future }
        return events[(events.firstIndex { $0.revision > revision } ?? events.endIndex)...]
    }

    // MARK: What befalls a store

    /// Comes back from a snapshot of itself, with the same cluster and member ids; revision and raft term go back.
    mutating func restore(_ snapshot: Store) {
        let next = lineage + 1
        let (cluster, file, changes) = (clusterID, keepsRecordsInFile ? records : nil, fileChanges)
        let conflicts = keepsRecordsInFile ? conflicts : snapshot.conflicts
        let tombstones = keepsRecordsInFile ? tombstones : snapshot.tombstones
        self = snapshot
        lineage = next
        self.conflicts = conflicts
        self.tombstones = tombstones
        clusterID = cluster
        if let file { (keepsRecordsInFile, records, fileChanges) = (true, file, changes) }
        raftTerm = Self.firstTerm
    }

    /// Is another member's, which lost its way, or another cluster's from here on.
    mutating func goAstray() { lineage = -1 }

    /// Comes back empty, at revision 1, with the same ids.
    mutating func wipe() {
        restore(Store())
    }

    /// Forgets the history up to a revision.
    mutating func compact(at revision: Int64) {
        compacted = max(compacted, min(revision, self.revision))
        let past = stale(at: compacted)
        origin = (past.keys, past.records, compacted)
        events.removeAll { $0.revision <= compacted }
    }
}
