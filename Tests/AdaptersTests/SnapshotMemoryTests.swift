import Fabric
import TestSupport
import Testing

@testable import Adapters

@Suite("What is remembered of a fabric")
struct SnapshotMemoryTests {
    private let fabric = FabricSnapshot(complete: [
        Partition(number: PartitionNumber(lowBitsOf: 0x4000), ipOverIB: true, members: [])
    ])
    private let start = ContinuousClock.now

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("A mark that stood long enough before a read spares the next ones, but not for ever")
    func spares() {
        var memory = SnapshotMemory<ContinuousClock.Instant>()
        for second in [0, 30] {
            #expect(memory.recall("m", now: at(second)) == nil)
            memory.keep(fabric, "m", began: at(second), writes: memory.writes)
        }
        #expect(memory.recall("m", now: at(60)) == nil)
        memory.keep(fabric, "m", began: at(60), writes: memory.writes)
        for count in 1...10 { #expect(memory.recall("m", now: at(60 + 30 * count)) == fabric.recalled) }
        #expect(memory.recall("m", now: at(400)) == nil)
        memory.keep(fabric, "m", began: at(400), writes: memory.writes)
        #expect(memory.recall("m", now: at(430)) == fabric.recalled)
    }

    @Test("A changed mark, and any write of ours, makes it forget")
    func forgets() {
        var memory = SnapshotMemory<ContinuousClock.Instant>()
        _ = memory.recall("m", now: at(0))
        memory.keep(fabric, "m", began: at(100), writes: memory.writes)
        var changed = memory
        #expect(changed.recall("n", now: at(130)) == nil)
        #expect(changed.recall("m", now: at(131)) == nil)
        memory.written()
        #expect(memory.recall("m", now: at(130)) == nil)
    }

    @Test("A read that one of our writes overtook is not kept")
    func overtaken() {
        var memory = SnapshotMemory<ContinuousClock.Instant>()
        _ = memory.recall("m", now: at(0))
        let before = memory.writes
        memory.written()
        memory.keep(fabric, "m", began: at(100), writes: before)
        #expect(memory.recall("m", now: at(130)) == nil)
    }
}
