import Foundation
import KeyHistory
import TestSupport
import Testing

@testable import EtcdGateway

@Suite("Watch streams are put together from any cut of their bytes")
struct WatchAssemblerTests {
    /// What a whole stream tells, and what ends it.
    private struct Told: Equatable {
        var updates: [WatchUpdate] = []
        var failure: EtcdError?
    }

    private func told(_ pieces: [[UInt8]]) -> Told {
        var assembler = WatchAssembler()
        var updates: [WatchUpdate] = []
        for piece in pieces { updates += assembler.received(piece) }
        updates += assembler.ended()
        return Told(updates: updates, failure: assembler.failure)
    }

    private func change(_ key: String, _ revision: Int64, _ value: String?) -> KeyChange {
        KeyChange(key: KeyName(key), revision: KeyVersion(revision), value: value?.bytes)
    }

    /// Both ids are above Int64.max.
    private static let cluster: UInt64 = 14_841_639_068_965_178_418
    private static let fragmentsCluster: UInt64 = 16_964_788_255_809_060_234

    private func point(_ revision: Int64, in cluster: UInt64 = cluster) -> StorePoint {
        StorePoint(store: cluster, revision: KeyVersion(revision), term: 2)
    }

    @Test("A recorded stream of etcd 3.4.23 gives its revisions whole and in order")
    func recordedStream() throws {
        let told = told([try fixture("watch-3.4.23.ndjson")])
        let header = ResponseHeader(
            clusterID: Self.cluster, memberID: 10_276_657_743_932_975_437, revision: 5, raftTerm: 2)
        let expected: [WatchUpdate] = [
            .created(header),
            .revision(point(2), [change("/r/a", 2, "1")]),
            .revision(point(3), [change("/r/b", 3, "2")]),
            .revision(point(4), [change("/r/a", 4, nil)]),
            .revision(point(5), [change("/r/c", 5, "3"), change("/r/d", 5, "4"), change("/r/b", 5, nil)]),
            .progress(point(5)), .progress(point(5)),
            .revision(point(6), [change("/r/e", 6, "ünï")]),
            .revision(point(7), [change("/r/c", 7, nil), change("/r/d", 7, nil), change("/r/e", 7, nil)]),
            .progress(point(7)), .progress(point(7)), .progress(point(7)), .progress(point(7)),
        ]
        #expect(told == Told(updates: expected, failure: nil))
    }

    @Test("Fragments are kept back until the last one has come, also when they cut a revision")
    func fragments() throws {
        let lines = try fixture("watch-fragments.ndjson").split(separator: UInt8(ascii: "\n")).map { Array($0) + [10] }
        func point(_ revision: Int64) -> StorePoint { self.point(revision, in: Self.fragmentsCluster) }
        var assembler = WatchAssembler()
        #expect(assembler.received(lines[0]).count == 1)
        #expect(assembler.received(lines[1]) == [])
        #expect(assembler.received(lines[2]) == [])
        #expect(
            assembler.received(lines[3]) == [
                .revision(point(11), [change("/a/1", 11, "1")]),
                .revision(point(12), [change("/a/2", 12, "2"), change("/a/3", 12, "3"), change("/a/1", 12, nil)]),
                .revision(point(13), [change("/a/4", 13, "")]),
            ])
        #expect(assembler.received(lines[4]) == [.progress(point(13))])
        // A stream that ends between fragments tells nothing of their revisions.
        #expect(told(Array(lines[0...2])).updates.count == 1)
    }

    @Test("However the bytes are cut, the same is told", arguments: [Seed.fresh()])
    func everyCut(seed: Seed) throws {
        var generator = SeededGenerator(seed)
        let endings = ["", "error-streaming-v1.txt", "error-streaming-v2.txt", "canceled-compacted-3.4.23.json"]
        for ending in endings {
            for name in ["watch-3.4.23.ndjson", "watch-fragments.ndjson"] {
                let bytes = try fixture(name) + (ending.isEmpty ? [] : fixture(ending))
                let whole = told([bytes])
                #expect((whole.failure == nil) == ending.isEmpty)
                #expect(told(bytes.map { [$0] }) == whole, "byte by byte")
                for _ in 0..<100 {
                    var pieces: [[UInt8]] = []
                    var rest = bytes[...]
                    while !rest.isEmpty {
                        let piece = rest.prefix(Int.random(in: 0...rest.count, using: &generator))
                        pieces.append(Array(piece))
                        rest = rest.dropFirst(piece.count)
                    }
                    #expect(told(pieces) == whole, "\(seed), \(name) \(ending)")
                }
            }
        }
    }

    @Test("A stream that is cut at any byte tells a part of the whole, and never half a revision")
    func truncated() throws {
        let bytes = try fixture("watch-fragments.ndjson")
        let whole = told([bytes]).updates
        for length in 0..<bytes.count {
            var assembler = WatchAssembler()
            #expect(whole.starts(with: assembler.received(Array(bytes[..<length]))))
        }
    }

    @Test("What came before an error in the same piece is told, and nothing that comes after it")
    func beforeTheError() throws {
        let line =
            #"{"result":{"header":{"revision":"3"},"events":[{"type":"DELETE","kv":{"key":"YQ==","mod_revision":3}}]}}"#
        let canceled = try fixture("canceled-compacted-3.4.23.json")
        let told = told([line.bytes + [10] + canceled + line.bytes + [10]])
        #expect(told.updates == [.revision(StorePoint(revision: 3), [change("a", 3, nil)])])
        #expect(told.failure?.kind == .compacted(before: 11))
        #expect(told.failure?.message.contains("11") == true)
    }

    @Test(
        "Each way in which a server ends a watch is known",
        arguments: [
            ("error-streaming-v1.txt", EtcdError.Kind.noLeader), ("error-streaming-v2.txt", .noLeader),
            ("error-unary-v1.txt", .permissionDenied), ("error-unary-v2.txt", .permissionDenied),
            ("canceled-compacted-3.4.23.json", .compacted(before: 11)),
            ("canceled-permission-3.5.1.json", .permissionDenied),
            ("canceled-token-3.5.16.json", .staleToken),
        ])
    func endings(name: String, kind: EtcdError.Kind) throws {
        #expect(told([try fixture(name)]) == Told(updates: [], failure: told([try fixture(name)]).failure))
        #expect(told([try fixture(name)]).failure?.kind == kind)
    }

    @Test(
        "Words that are no watch message are a malformed answer",
        arguments: [
            "hello", "{}", "[]", #"{"result":1}"#, #"{"result":{"created":true}}"#,
            #"{"result":{"events":[{"type":"DROP","kv":{"key":"YQ==","mod_revision":"3"}}]}}"#,
            #"{"result":{"events":[{"kv":{"mod_revision":"3"}}]}}"#, #"{"result":{"events":[{"kv":{"key":"YQ=="}}]}}"#,
            #"{"result":{"events":[{}]}}"#, #"{"result":{"events":[{"kv":{"key":"!","mod_revision":"3"}}]}}"#,
        ])
    func malformed(line: String) {
        let told = told([line.bytes + [10]])
        #expect(told.updates.isEmpty)
        #expect(told.failure?.kind == .malformedAnswer)
    }

    @Test("Empty lines are passed over, and a cancellation without a reason is one all the same")
    func oddities() {
        #expect(told([[10, 10]]) == Told())
        #expect(told([#"{"result":{"canceled":true}}"#.bytes]).failure?.kind == .watchCanceled)
    }
}
