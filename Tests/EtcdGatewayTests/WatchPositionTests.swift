import Testing
import Transport

@testable import EtcdGateway

@Suite("The position in a range's history")
struct WatchPositionTests {
    private func header(_ revision: Int64, cluster: UInt64 = 7) -> ResponseHeader {
        ResponseHeader(clusterID: cluster, memberID: 1, revision: revision)
    }

    private func listed(_ revision: Int64) -> WatchPosition {
        var position = WatchPosition()
        position.listed(header(revision))
        return position
    }

    private func revision(_ number: Int64) -> WatchUpdate {
        .revision(number, [KeyChange(key: [1], modRevision: number, value: [2])])
    }

    @Test("It begins with a list, and goes on with a watch from the very revision of that list")
    func start() {
        #expect(WatchPosition().next == .list(.start))
        #expect(listed(10).next == .watch(from: 10))
    }

    @Test("What is not newer is dropped, what is newer is handed on once")
    func dropping() {
        var position = listed(10)
        #expect(position.received(.created(header(12))) == nil)
        #expect(position.received(revision(9)) == nil)
        #expect(position.received(revision(10)) == nil)
        #expect(position.received(revision(11)) == revision(11))
        #expect(position.received(revision(11)) == nil)
        #expect(position.received(revision(15)) == revision(15))
        #expect(position.next == .watch(from: 15))
    }

    @Test("The header of a created watch says nothing of what has been told")
    func createdIsNoProgress() {
        var position = listed(10)
        #expect(position.received(.created(header(500))) == nil)
        #expect(position.next == .watch(from: 10))
        #expect(position.received(revision(11)) == revision(11))
    }

    @Test("Progress moves the position, and never back")
    func progress() {
        var position = listed(10)
        #expect(position.received(.progress(10)) == nil)
        #expect(position.received(.progress(20)) == .progress(20))
        #expect(position.received(.progress(15)) == nil)
        #expect(position.received(revision(20)) == nil)
        #expect(position.next == .watch(from: 20))
    }

    @Test("A member behind our revision, or of another cluster, is left for a list")
    func otherStores() {
        var position = listed(10)
        #expect(position.received(.created(header(9))) == nil)
        #expect(position.next == .list(.revisionWentBack))
        position.listed(header(1))
        #expect(position.next == .watch(from: 1))
        #expect(position.received(revision(2)) == revision(2))

        #expect(position.received(.created(header(50, cluster: 8))) == nil)
        #expect(position.next == .list(.clusterChanged))
        position.listed(header(50, cluster: 8))
        #expect(position.received(.created(header(50, cluster: 8))) == nil)
        #expect(position.next == .watch(from: 50))
    }

    @Test(
        "After an error that leaves a doubt the range is listed; after a mere interruption it is watched on",
        arguments: [
            (EtcdError.Kind.compacted, RelistReason.compacted as RelistReason?), (.futureRevision, .revisionWentBack),
            (.malformedAnswer, .doubt), (.watchCanceled, .doubt), (.watchEnded, nil), (.unavailable, nil),
            (.noLeader, nil), (.staleToken, nil), (.permissionDenied, nil), (.watchSilent, nil),
            (.transport(.connectionLost(host: "a", reason: "cut", sent: true)), nil),
        ])
    func failures(kind: EtcdError.Kind, reason: RelistReason?) {
        var position = listed(10)
        position.failed(EtcdError(kind, ""))
        #expect(position.next == reason.map { .list($0) } ?? .watch(from: 10))
        #expect(position.last == 10)
    }

    @Test("An error before the first list changes nothing: it is still to be read")
    func failedFirst() {
        var position = WatchPosition()
        position.failed(EtcdError(.unavailable, ""))
        #expect(position.next == .list(.start))
    }
}
