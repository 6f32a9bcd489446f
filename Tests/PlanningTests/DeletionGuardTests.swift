import Fabric
import Planning
import Testing

@Suite("The deletion guard")
struct DeletionGuardTests {
    private var deletionGuard = DeletionGuard()
    private let pkeys = (0x2000...0x20ff).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }

    @Test(
        "Deletions are held from the least number on, where they are more than the share",
        arguments: [
            (4, 4, false), (5, 5, true), (5, 24, true), (5, 25, false), (6, 25, true), (20, 100, false),
            (21, 100, true),
        ])
    mutating func threshold(deletions: Int, owned: Int, isHeld: Bool) {
        let absent = Array(pkeys.prefix(deletions))
        #expect(deletionGuard.judge(absent.reversed(), owned: owned, isListed: true) == (isHeld ? absent : []))
        #expect(deletionGuard.held == (isHeld ? absent : []))
        #expect(deletionGuard.isHolding == isHeld)
        #expect(absent.allSatisfy { deletionGuard.holds($0) == isHeld })
    }

    @Test("The threshold is a site's to choose", arguments: [(1, 0.0, 1, true), (3, 0.5, 6, false), (4, 0.5, 6, true)])
    mutating func chosenThreshold(deletions: Int, share: Double, owned: Int, isHeld: Bool) {
        deletionGuard = DeletionGuard(DeletionGuard.Threshold(share: share, least: 1))
        _ = deletionGuard.judge(pkeys.prefix(deletions), owned: owned, isListed: false)
        #expect(deletionGuard.isHolding == isHeld)
    }

    @Test("What was believed stays believed, and does not add to what comes later")
    mutating func believed() {
        #expect(deletionGuard.judge(pkeys[0..<4], owned: 10, isListed: true) == [])
        #expect(deletionGuard.judge(pkeys[0..<8], owned: 10, isListed: true) == [])
        #expect(!deletionGuard.isHolding)
    }

    @Test("While deletions are held a list adds to them, and what the watch tells does not")
    mutating func oneByOne() {
        #expect(deletionGuard.judge(pkeys[0..<5], owned: 10, isListed: false) == Array(pkeys[0..<5]))
        #expect(deletionGuard.judge([pkeys[5]], owned: 10, isListed: true) == [pkeys[5]])
        #expect(deletionGuard.judge([pkeys[6]], owned: 10, isListed: false) == [])
        #expect(deletionGuard.held == Array(pkeys[0..<6]))
    }

    @Test("An approval is news once, and stands")
    mutating func approval() {
        _ = deletionGuard.judge(pkeys[0..<5], owned: 5, isListed: true)
        let (isNews, isNewsAgain) = (deletionGuard.approve(pkeys[0]), deletionGuard.approve(pkeys[0]))
        #expect(isNews && !isNewsAgain)
        deletionGuard.hold(pkeys[0])
        #expect(deletionGuard.held == Array(pkeys[1..<5]))
        #expect(deletionGuard.judge(pkeys[0..<5], owned: 5, isListed: true) == [])
        #expect(deletionGuard.held == Array(pkeys[1..<5]))
    }

    @Test(
        "What was believed may be held once that is doubted; what somebody has approved stays so, and what is held, held"
    )
    mutating func doubt() {
        _ = deletionGuard.judge(pkeys[0..<2], owned: 5, isListed: true)
        _ = deletionGuard.approve(pkeys[1])
        deletionGuard.hold(pkeys[2])
        for pkey in pkeys[0..<3] {
            deletionGuard.doubt(pkey)
            deletionGuard.hold(pkey)
        }
        #expect(deletionGuard.held == [pkeys[0], pkeys[2]])
        deletionGuard.doubt(pkeys[2])
        #expect(deletionGuard.held == [pkeys[0], pkeys[2]])
    }

    @Test("A PKey that was wanted again is judged anew")
    mutating func forgetting() {
        _ = deletionGuard.judge(pkeys[0..<5], owned: 5, isListed: true)
        for pkey in pkeys[0..<5] { deletionGuard.forget(pkey) }
        #expect(!deletionGuard.isHolding)
        _ = deletionGuard.judge([pkeys[0]], owned: 5, isListed: true)
        #expect(!deletionGuard.isHolding)
        deletionGuard.forget(pkeys[0])
        #expect(deletionGuard.judge(pkeys[0..<5], owned: 5, isListed: true) == Array(pkeys[0..<5]))
    }

    @Test("What was held before a restart is held, and a list adds to it")
    mutating func restart() {
        deletionGuard.hold(pkeys[0])
        #expect(deletionGuard.judge(pkeys[0..<2], owned: 100, isListed: true) == [pkeys[1]])
        #expect(deletionGuard.held == Array(pkeys[0..<2]))
    }
}
