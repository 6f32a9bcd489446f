import KeyHistory
import Testing

@testable import EtcdGateway

@Suite("The proof that a watch is alive")
struct WatchProofTests {
    private var position = FollowerPosition()

    init() {
        _ = position.listed(KeySnapshot(complete: [], at: StorePoint(store: 7, revision: 10)))
    }

    private func proof(
        since: Int64 = 10, cluster: UInt64 = 7, revision: Int64, newer: Int64? = nil, count: Int64 = 3, then: Int64 = 3
    ) -> WatchProof {
        WatchProof(
            since: since, point: StorePoint(store: cluster, revision: KeyVersion(revision)), newerKey: newer,
            count: count, countThen: then)
    }

    @Test("When nothing changed in the range, the position moves to the store's revision")
    mutating func idle() {
        #expect(position.judge(proof(revision: 500)) == .current)
        #expect(position.told == 500)
        #expect(position.next == .watch(from: 500))
    }

    @Test("A key that changed and was not told leaves the watch behind until it tells")
    mutating func missedPut() {
        let shown = proof(revision: 500, newer: 400)
        #expect(position.judge(shown) == .behind(400))
        #expect(position.told == 10)
        _ = position.received(.revision(StorePoint(store: 7, revision: 400), []))
        #expect(position.judge(shown) == .current)
    }

    @Test("A deletion that was not told shows in the number of keys")
    mutating func missedDeletion() {
        let shown = proof(revision: 500, count: 2, then: 3)
        #expect(position.judge(shown) == .behind(11))
        #expect(position.told == 10)
        _ = position.received(.revision(StorePoint(store: 7, revision: 12), []))
        #expect(position.judge(shown) == .current)
        #expect(position.told == 12)
    }

    @Test("A store that is behind, or is another, is listed anew")
    mutating func otherStore() {
        var other = position
        #expect(position.judge(proof(revision: 9)) == .otherStore)
        #expect(position.next == .list(.revisionWentBack))
        #expect(other.judge(proof(cluster: 8, revision: 500)) == .otherStore)
        #expect(other.next == .list(.clusterChanged))
    }

    @Test("A watch that went on while the read was under way is not taken for dead")
    mutating func overtaken() {
        _ = position.received(.revision(StorePoint(store: 7, revision: 20), []))
        #expect(position.judge(proof(since: 10, revision: 15, newer: 15)) == .current)
        #expect(position.told == 20)
    }
}
