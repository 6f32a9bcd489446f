import KeyHistory
import Testing
import Transport

@testable import EtcdGateway

private func header(_ revision: Int64, cluster: UInt64 = 7) -> ResponseHeader {
    ResponseHeader(clusterID: cluster, memberID: 1, revision: revision)
}

private func list(_ revision: Int64, cluster: UInt64 = 7) -> KeySnapshot {
    KeySnapshot(complete: [], at: header(revision, cluster: cluster).point())
}

private func revision(_ number: Int64) -> WatchUpdate {
    .revision(
        header(number).point(), [KeyChange(key: KeyName([1]), revision: KeyVersion(number), value: [2])])
}

private func progressed(to number: Int64) -> WatchUpdate { .progress(header(number).point()) }

@Suite("The position in a range's history")
struct FollowerPositionTests {
    private func listed(_ revision: Int64) -> FollowerPosition {
        var position = FollowerPosition()
        _ = position.listed(list(revision))
        return position
    }

    @Test("It begins with a list, and goes on with a watch from the very revision of that list")
    func start() {
        #expect(FollowerPosition().next == .list(.start))
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
        #expect(position.received(progressed(to: 10)) == nil)
        #expect(position.received(progressed(to: 20)) == progressed(to: 20))
        #expect(position.received(progressed(to: 15)) == nil)
        #expect(position.received(revision(20)) == nil)
        #expect(position.next == .watch(from: 20))
    }

    @Test("A member behind our revision, or of another cluster, is left for a list")
    func otherStores() {
        var position = listed(10)
        #expect(position.received(.created(header(9))) == nil)
        #expect(position.next == .list(.revisionWentBack))
        _ = position.listed(list(1))
        #expect(position.next == .watch(from: 1))
        #expect(position.received(revision(2)) == revision(2))

        #expect(position.received(.created(header(50, cluster: 8))) == nil)
        #expect(position.next == .list(.clusterChanged))
        // Ours alone is followed, however long another one answers.
        let isOurs = (
            position.listed(list(50, cluster: 8)), position.next == .list(.clusterChanged), position.listed(list(50))
        )
        #expect(!isOurs.0 && isOurs.1 && isOurs.2)
        #expect(position.received(.created(header(50))) == nil)
        #expect(position.next == .watch(from: 50))
    }

    @Test(
        "After an error that leaves a doubt the range is listed; after a mere interruption it is watched on",
        arguments: [
            (EtcdError.Kind.compacted(before: 12), RelistReason.compacted as RelistReason?),
            (.futureRevision, .revisionWentBack),
            (.malformedAnswer, .doubt), (.watchCanceled, .doubt), (.watchEnded, nil), (.unavailable, nil),
            (.noLeader, nil), (.staleToken, nil), (.permissionDenied, nil), (.watchSilent, nil),
            (.transport(.connectionLost(host: "a", reason: "cut", sent: true)), nil),
        ])
    func failures(kind: EtcdError.Kind, reason: RelistReason?) {
        var position = listed(10)
        #expect(position.failed(EtcdError(kind, ""), after: 5) == true)
        #expect(position.next == reason.map { .list($0) } ?? .watch(from: 10))
        #expect(position.told == 10)
    }

    @Test(
        "Before the first list only what may pass is tried again",
        arguments: [
            (EtcdError.Kind.unavailable, true), (.noLeader, true), (.cancelled, true), (.refusedCredentials, false),
            (.permissionDenied, false), (.refused, false),
        ])
    func failedFirst(kind: EtcdError.Kind, goesOn: Bool) {
        var position = FollowerPosition()
        #expect(position.failed(EtcdError(kind, ""), after: 0) == goesOn)
        #expect(position.next == .list(.start))
    }
}

@Suite("The position of one who wants every change and no list")
struct ChangesOnlyPositionTests {
    private func begun(_ start: FollowerStart, at now: Int64) throws -> FollowerPosition {
        var position = FollowerPosition(from: start, onCompaction: .fail)
        #expect(position.next == .look)
        try position.looked(header(now))
        return position
    }

    @Test("From now on: what the store has now is told already")
    func fromNow() throws {
        var position = try begun(.now, at: 10)
        #expect(position.next == .watch(from: 10))
        #expect(position.received(revision(10)) == nil)
        #expect(position.received(revision(11)) == revision(11))
        #expect(position.next == .watch(from: 11))
    }

    @Test("From a revision of the past: it is told, and what is before it is not")
    func fromThePast() throws {
        var position = try begun(.revision(5), at: 10)
        #expect(position.next == .watch(from: 4))
        #expect(position.received(revision(4)) == nil)
        #expect(position.received(revision(5)) == revision(5))
        #expect(try begun(.revision(1), at: 10).next == .watch(from: 1))
    }

    @Test("From a revision to come: the watch begins at one that is there, and what comes before is dropped")
    func fromTheFuture() throws {
        var position = try begun(.revision(20), at: 10)
        #expect(position.next == .watch(from: 10))
        #expect(position.known == 10)
        #expect(position.received(revision(19)) == nil)
        #expect(position.received(progressed(to: 15)) == nil)
        #expect(position.received(revision(20)) == revision(20))
        #expect(position.next == .watch(from: 20))
    }

    @Test("A compaction of what was told already is stepped over, once, and one that hides changes ends it")
    func compaction() throws {
        let start = try begun(.revision(5), at: 10)
        var position = start
        #expect(position.failed(EtcdError(.compacted(before: 5), ""), after: 0) == true)
        #expect(position.next == .watch(from: 5))
        #expect(position.failed(EtcdError(.compacted(before: 5), ""), after: 0) == false)
        position = start
        #expect(position.failed(EtcdError(.compacted(before: 6), ""), after: 0) == false)
        // Once something was told, a deletion of the compacted revision itself would be gone untold.
        position = start
        #expect(position.received(revision(5)) == revision(5))
        #expect(position.failed(EtcdError(.compacted(before: 6), ""), after: 0) == false)
        // A server that does not say how much is gone may have lost anything.
        position = start
        #expect(position.failed(EtcdError(.compacted(before: nil), ""), after: 0) == false)
        // What is told makes the next one another compaction.
        position = start
        #expect(position.failed(EtcdError(.compacted(before: 4), ""), after: 0) == true)
        #expect(position.received(revision(7)) == revision(7))
        #expect(position.failed(EtcdError(.compacted(before: 7), ""), after: 0) == true)
        #expect(position.next == .watch(from: 8))
    }

    @Test("A member that is behind is looked into: one that lags is watched on, a store that went back ends it")
    func behind() throws {
        var position = try begun(.revision(5), at: 10)
        #expect(position.received(.created(header(30))) == nil)
        #expect(position.received(.created(header(29))) == nil)
        #expect(position.next == .look)
        try position.looked(header(31))
        #expect(position.next == .watch(from: 4))
        _ = position.received(.created(header(12)))
        let error = #expect(throws: EtcdError.self) { try position.looked(header(12)) }
        #expect(error?.kind == .wentBack)
        #expect(error?.message.hasPrefix("the revision of etcd went back from 31 to 12") == true)
    }

    @Test("Another cluster ends it")
    func otherCluster() throws {
        var position = try begun(.now, at: 10)
        _ = position.received(.created(header(50, cluster: 8)))
        #expect(position.next == .look)
        let error = #expect(throws: EtcdError.self) { try position.looked(header(50, cluster: 8)) }
        #expect(error?.kind == .otherCluster)
    }

    @Test(
        "What waiting does not mend ends it at once, a refused token after three tries, an outage never",
        arguments: [
            (EtcdError.Kind.unavailable, true, true), (.watchEnded, true, true), (.staleToken, true, false),
            (.permissionDenied, true, false), (.malformedAnswer, false, false), (.futureRevision, false, false),
            (.watchCanceled, false, false), (.refusedCredentials, false, false),
        ])
    func failures(kind: EtcdError.Kind, first: Bool, fourth: Bool) throws {
        var position = try begun(.now, at: 10)
        #expect(position.failed(EtcdError(kind, ""), after: 0) == first)
        #expect(position.failed(EtcdError(kind, ""), after: 3) == fourth)
        #expect(position.next == .watch(from: 10))
    }

    @Test("Whatever fails before the first look ends it")
    func failedFirst() {
        var position = FollowerPosition(from: .now, onCompaction: .fail)
        #expect(position.failed(EtcdError(.unavailable, ""), after: 0) == false)
    }
}
