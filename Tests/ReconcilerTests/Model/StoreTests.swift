import Fabric
import KeyHistory
import Reconciler
import Testing

/// The store of the model does what etcd does, and what befalls it shows as it would in etcd.
@Suite("The model's etcd")
struct StoreTests {
    private var store = Store()
    private let key = "/pkeys/0x200"
    private let record = Store.Record(record: LedgerRecord(.claimed, key: "/pkeys/0x200", revision: 2))

    private func put(_ store: inout Store, _ host: Int) -> Int64 { store.put(key, .present(.host(host))).revision }

    @Test("Keys and records share one sequence of revisions, and others move it as well")
    mutating func revisions() throws {
        #expect(put(&store, 1) == 2)
        #expect(try store.transact(if: [.key(key, at: 2)], set: ["0x200": record]))
        #expect(store.records["0x200"]?.revision == 3)
        store.touch(4)
        #expect(put(&store, 2) == 8)
        #expect(store.snapshot.revision.number == 8)
        #expect(store.delete([key, "/pkeys/0x201"])?.revision == 9)
        #expect(store.delete([key]) == nil)
        #expect(store.revision == 9)
    }

    @Test("A transaction changes all or nothing, by what was last changed when, or is not there")
    mutating func transactions() throws {
        let written = put(&store, 1)
        #expect(try !store.transact(if: [.key(key, at: written + 1)], set: ["0x200": record]))
        #expect(try !store.transact(if: [.key(key, at: 0)], set: ["0x200": record]))
        #expect(try !store.transact(if: [.value(key, [])], set: ["0x200": record]))
        #expect(store.revision == written && store.records.isEmpty)
        #expect(try store.transact(if: [.key("/pkeys/0x201", at: 0)], set: ["0x200": record, "0x201": record]))
        #expect(store.records.values.map(\.revision) == [written + 1, written + 1])
        #expect(try !store.transact(if: [.record("0x200", at: written)], set: ["0x200": nil]))
        #expect(try store.transact(if: [.record("0x200", at: written + 1)], set: ["0x200": nil]))
        #expect(store.records.keys.sorted() == ["0x201"])
    }

    @Test("A full store takes no put, and takes a comparison with the deletion of what is not there")
    mutating func full() throws {
        let written = put(&store, 1)
        store.isFull = true
        #expect(throws: Store.Refusal.noSpace) { try store.transact(if: [], set: ["0x200": record]) }
        #expect(try store.transact(if: [.key(key, at: written)], set: ["none": nil]))
        #expect(try !store.transact(if: [.key(key, at: written + 1)], set: ["none": nil]))
        #expect(store.revision == written)
    }

    @Test("A member that lags shows the store as it was, at the revision of then")
    mutating func stale() throws {
        let first = put(&store, 1)
        _ = try store.transact(if: [], set: ["0x200": record])
        _ = put(&store, 2)
        let member = store.stale(at: first)
        #expect(member.revision == first)
        #expect(member.keys[key]?.wish == .present(.host(1)))
        #expect(member.records.isEmpty)
        #expect(store.stale(at: 100).keys == store.keys)
    }

    @Test("After a compaction nothing older can be watched, and a lagging member shows no more than was kept")
    mutating func compaction() throws {
        let first = put(&store, 1)
        let deleted = try #require(store.delete([key])?.revision)
        let last = put(&store, 2)
        #expect(try store.events(after: first).map(\.revision) == [deleted, last])
        store.compact(at: deleted)
        #expect(throws: Store.Refusal.compacted) { try store.events(after: first) }
        #expect(try store.events(after: deleted).map(\.revision) == [last])
        #expect(throws: Store.Refusal.future) { try store.events(after: last + 1) }
        #expect(store.stale(at: first).revision == deleted)
        #expect(store.stale(at: deleted).keys.isEmpty)
        #expect(store.keys[key]?.revision == last)
    }

    @Test("A restored store has its ids and the content of then; once others have written, nothing shows it")
    mutating func restore() throws {
        _ = put(&store, 1)
        let backup = store
        store.elect()
        let told = put(&store, 2)
        store.restore(backup)
        #expect(store.revision < told && store.clusterID == backup.clusterID && store.memberIDs == backup.memberIDs)
        #expect(store.raftTerm == backup.raftTerm)
        #expect(store.keys[key]?.wish == .present(.host(1)))
        #expect(throws: Store.Refusal.future) { try store.events(after: told) }
        store.touch(told - store.revision + 1)
        #expect(try store.events(after: told).isEmpty)
    }

    @Test("Records in a file outlive a wipe, and move no revision")
    mutating func file() throws {
        store.keepsRecordsInFile = true
        let written = put(&store, 1)
        _ = try store.transact(if: [.key(key, at: written)], set: ["0x200": record])
        #expect(store.revision == written)
        store.wipe()
        #expect(store.revision == 1 && store.keys.isEmpty)
        #expect(store.records["0x200"]?.record == record.record)
    }

    @Test(
        "The values are what the program reads, and of two spellings the later one counts",
        arguments: [
            Wish.present([.host(3), .host(31)]), .empty, .unreadable, .nameless,
        ])
    mutating func values(wish: Wish) throws {
        let pkey = try PKey(parsing: "0x200")
        let event = store.put(key, wish)
        let told = try #require(event.changes.first?.told(at: event.revision))
        let decoded = try? ValueDecoder.decode(try #require(told.value))
        switch wish {
        case .present(let ports):
            #expect(decoded.map { PortSet($0.hosts + $0.virtualFunctions) } == ports)
            #expect(decoded?.foreignVirtualFunctions(for: pkey) == [])
        case .empty: #expect(decoded?.hosts == [] && decoded?.virtualFunctions == [] && decoded?.warnings == [])
        case .unreadable, .nameless: #expect(decoded == nil)
        case .absent: break
        }
        _ = store.put("/pkeys/0x0200", .present(.host(9)))
        #expect(Site.wishes(of: store)[0].wish == .present(.host(9)))
        _ = store.put(key, wish)
        #expect(Site.wishes(of: store)[0].wish == wish)
    }
}
