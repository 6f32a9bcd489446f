import Fabric
import KeyHistory
import Testing

@testable import Reconciler

/// What is there again of what we have deleted: only what was gone beyond doubt, and came back with an older state of UFM.
@Suite("Revenants")
struct RevenantsTests {
    private var revenants = Revenants()
    private let pkey: PKey
    private let there: FabricSnapshot
    private let nothing = FabricSnapshot(complete: [])
    private let kept: KeptTombstone

    init() throws {
        pkey = try PKey(parsing: "0x200e")
        let partition = Partition(
            number: pkey.number, ipOverIB: false,
            members: [Member(guid: try GUID(parsing: "c0cc200e00000100"), index0: true)])
        there = FabricSnapshot(complete: [partition])
        kept = KeptTombstone(Tombstone(key: "/p/0x200e", members: partition.members.guids), RecordVersion(7))
    }

    private mutating func listed(_ snapshot: FabricSnapshot, _ second: Int, lacksMuch: Bool = false) -> [PKey] {
        revenants.listed(snapshot, began: .seconds(second), [pkey: kept], lacksMuch: lacksMuch)
    }

    /// The same, after a restart.
    private func restarted(_ snapshot: FabricSnapshot) -> FabricSnapshot {
        var snapshot = snapshot
        snapshot.isAfterRestart = true
        return snapshot
    }

    /// The partition was let go of by this life.
    private mutating func release() {
        revenants.released(pkey)
        revenants.read([pkey: kept])
    }

    @Test("What we let go of is back, when a list shows it soon after UFM was away")
    mutating func back() {
        release()
        #expect(listed(nothing, 700) == [])
        revenants.wentBack(now: .seconds(800))
        #expect(listed(there, 830) == [pkey])
        #expect(revenants.has(pkey, kept))
        #expect(!revenants.has(pkey, KeptTombstone(kept.tombstone, RecordVersion(8))))
        // It is told once.
        #expect(listed(there, 860) == [])
        #expect(revenants.has(pkey, kept))
    }

    @Test("So it is when the list that shows it is the first after a restart", arguments: [true, false])
    mutating func restart(_ isAfterRestart: Bool) {
        release()
        let isBack = !listed(isAfterRestart ? restarted(there) : there, 800).isEmpty
        #expect(isBack == isAfterRestart)
    }

    @Test("A list that lacked too much to be believed is a sign of an older state as well")
    mutating func loss() {
        release()
        #expect(listed(nothing, 800, lacksMuch: true) == [])
        #expect(listed(there, 830) == [pkey])
    }

    @Test("What is there while UFM did not go back, or long after it did, is somebody's")
    mutating func somebody() {
        release()
        #expect(listed(there, 100) == [])
        // It was there before UFM went away: that explains nothing.
        revenants.wentBack(now: .seconds(200))
        #expect(listed(there, 230) == [])

        release()
        revenants.wentBack(now: .seconds(1_000))
        #expect(listed(nothing, 1_100) == [])
        #expect(listed(there, 1_601) == [])
        #expect(!revenants.has(pkey, kept))
    }

    @Test("What another life let go of counts when lists have lacked it for ten minutes, and none of a UFM that starts")
    mutating func anotherLife() {
        revenants.read([pkey: kept])
        revenants.wentBack(now: .zero)
        #expect(listed(nothing, 500) == [])
        #expect(listed(restarted(there), 1_105) == [])

        revenants = Revenants()
        revenants.read([pkey: kept])
        #expect(listed(nothing, 500) == [])
        #expect(listed(restarted(there), 1_099) == [])

        revenants = Revenants()
        revenants.read([pkey: kept])
        #expect(listed(nothing, 500) == [])
        #expect(listed(nothing, 800) == [])
        #expect(listed(restarted(there), 1_100) == [pkey])
    }

    @Test("A list from memory shows nothing new")
    mutating func recalled() {
        release()
        #expect(listed(restarted(there).recalled, 100) == [])
        #expect(listed(restarted(there), 130) == [pkey])
    }

    @Test(
        "What is ours again, or has another tombstone, and what is of another history of the store, counts for nothing")
    mutating func forgotten() {
        release()
        revenants.forget(pkey)
        #expect(listed(restarted(there), 100) == [])

        release()
        revenants.forgetAll()
        revenants.read([pkey: kept])
        #expect(listed(restarted(there), 100) == [])

        release()
        let other = KeptTombstone(kept.tombstone, RecordVersion(9))
        revenants.read([pkey: other])
        #expect(revenants.listed(restarted(there), began: .seconds(100), [pkey: other], lacksMuch: false) == [])

        release()
        #expect(listed(restarted(there), 2_000) == [pkey])
        revenants.read([:])
        #expect(!revenants.has(pkey, kept))
    }

    @Test("It is over when a list lacks it, but not while UFM may still be loading")
    mutating func over() {
        release()
        #expect(listed(restarted(there), 100) == [pkey])
        #expect(listed(nothing, 130) == [])
        #expect(revenants.has(pkey, kept))
        #expect(listed(nothing, 800) == [])
        #expect(!revenants.has(pkey, kept))
    }

    @Test(
        "What we let go of is gone beyond doubt, though a read of the ledger that began before says nothing of it yet")
    mutating func readBeforeTheRelease() {
        revenants.released(pkey)
        revenants.read([:])
        revenants.read([pkey: kept])
        #expect(listed(restarted(there), 100) == [pkey])
    }
}
