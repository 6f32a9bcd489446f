import KeyHistory
import TestSupport
import Testing

@testable import EtcdGateway

@Suite("Watches on a real etcd", .timeLimit(.minutes(20)))
struct WatchTests {
    @Test("Changes come in the order of their revisions, each revision whole")
    func order() async throws {
        let prefix = freshPrefix()
        // Of its own: the revisions are to follow each other.
        let etcd = try await EtcdServer.start()
        try await withGateway([try etcd.member]) { client in
            let start = try await client.list(.prefix(prefix.bytes)).revision
            let watch = try await client.watch(.prefix(prefix.bytes), from: start)
            #expect(watch.endpoint == (try etcd.member))
            var updates = watch.makeAsyncIterator()
            guard case .created(let header) = try await updates.next() else {
                Issue.record("the first word of a watch is that it was created")
                return
            }
            #expect(header.revision >= start)

            let first = try await client.put("\(prefix)a".bytes, "1".bytes)
            let script = "\n\nput \(prefix)a 2\nput \(prefix)b 2\nput \(prefix)c 2\n\n\n"
            try await etcd.etcdctl("txn", input: String(script.dropFirst()))
            try await client.delete(.prefix("\(prefix)a".bytes))
            try await client.put("/elsewhere".bytes, [])
            let last = try await client.put("\(prefix)d".bytes, [])

            let told = try await updates.revisions(4)
            #expect(told.map(\.revision) == [first, first + 1, first + 2, first + 4])
            #expect(last == first + 4)
            #expect(told[0].changes == [change("\(prefix)a", first, "1")])
            #expect(
                told[1].changes == [
                    change("\(prefix)a", first + 1, "2"), change("\(prefix)b", first + 1, "2"),
                    change("\(prefix)c", first + 1, "2"),
                ])
            #expect(told[2].changes == [change("\(prefix)a", first + 2, nil)])
            #expect(told[3].changes == [change("\(prefix)d", last, "")])
        }
    }

    @Test("A watch that starts in the past tells everything since, once")
    func resumption() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        try await withGateway([try etcd.member]) { client in
            var revisions: [Int64] = []
            for number in 0..<1_500 { revisions.append(try await client.put("\(prefix)k".bytes, "\(number)".bytes)) }
            // In one message of etcd come up to 1,000 revisions.
            for start in [0, 700, 1_499] {
                var updates = try await client.watch(.prefix(prefix.bytes), from: revisions[start]).makeAsyncIterator()
                let told = try await updates.revisions(1_500 - start)
                #expect(told.map(\.revision) == Array(revisions[start...]))
                #expect(told.last?.changes.first?.value == "1499".bytes)
            }
        }
    }

    @Test("A revision of many megabytes arrives whole, though etcd sends it in fragments")
    func largeRevision() async throws {
        try await withEtcd(EtcdOptions(arguments: ["--max-request-bytes", "10000000"])) { etcd in
            try await withGateway([try etcd.member]) { client in
                var updates = try await client.watch(.prefix("/big/".bytes), from: 1).makeAsyncIterator()
                var history = try await client.watch(.prefix("/small/".bytes), from: 1).makeAsyncIterator()
                let values = (0..<100).map { number in
                    (0..<65_000).map { UInt8(truncatingIfNeeded: $0 &* (number + 1)) }
                }
                let puts = values.indices.map {
                    TransactionChange.put(key: "/big/\(100 + $0)".bytes, value: values[$0])
                }
                #expect(try await client.transaction(if: [], then: puts, operation: "put much"))
                let told = try await updates.revisions(1)[0]
                #expect(told.changes.map(\.key) == values.indices.map { KeyName("/big/\(100 + $0)") })
                #expect(told.changes.map(\.value) == values)
                #expect(Set(told.changes.map(\.revision.number)) == [told.revision])
                // The catching up of a watch is where etcd fragments: its limit is then that of a request.
                var again = try await client.watch(.prefix("/big/".bytes), from: told.revision).makeAsyncIterator()
                #expect(try await again.revisions(1)[0].changes == told.changes)
                let small = try await client.put("/small/1".bytes, [])
                #expect(try await history.revisions(1)[0].revision == small)
            }
        }
    }

    @Test("Many revisions of half a megabyte each arrive whole and in order, in fragments")
    func fragmentedHistory() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                var expected: [Int64] = []
                for number in 0..<12 {
                    let value = [UInt8](repeating: UInt8(number), count: 400_000)
                    let puts = ["a", "b", "c"].map { TransactionChange.put(key: "/big/\($0)".bytes, value: value) }
                    #expect(try await client.transaction(if: [], then: puts, operation: "put"))
                    expected.append(try await client.get("/big/a".bytes)?.modRevision ?? 0)
                }
                var updates = try await client.watch(.prefix("/big/".bytes), from: 1).makeAsyncIterator()
                let told = try await updates.revisions(12)
                #expect(told.map(\.revision) == expected)
                for (number, revision) in told.enumerated() {
                    #expect(revision.changes.map(\.key) == ["/big/a", "/big/b", "/big/c"])
                    #expect(revision.changes.allSatisfy { $0.value?.count == 400_000 && $0.value?[7] == UInt8(number) })
                }
            }
        }
    }

    @Test("A watch from a compacted revision fails as compacted")
    func compacted() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                for number in 1...9 { try await client.put("/c/\(number)".bytes, []) }
                try await etcd.etcdctl("compaction", "8")
                var updates = try await client.watch(.prefix("/c/".bytes), from: 3).makeAsyncIterator()
                let error = await failure { () async throws(EtcdError) in while try await updates.next() != nil {} }
                #expect(error?.kind == .compacted(before: 8))
                #expect(error?.description.contains("watch of /c/") == true)
            }
        }
    }

    @Test("Letting go of a watch ends it at the server", arguments: [true, false])
    func closing(isCancelled: Bool) async throws {
        try await withEtcd { etcd in
            func watchers() async throws -> Int {
                let metrics = try await CommandRunner.succeed(Command("curl", ["-s", "\(etcd.clientURL)/metrics"]))
                    .output
                let line = metrics.split(separator: "\n").first { $0.hasPrefix("etcd_debugging_mvcc_watcher_total ") }
                return Int(line?.split(separator: " ").last ?? "") ?? -1
            }
            try await withGateway([try etcd.member]) { client in
                let isOpen = Watched(false)
                let task = Task {
                    var updates = try await client.watch(.prefix("/w/".bytes), from: 1).makeAsyncIterator()
                    _ = try await updates.next()
                    isOpen.update { $0 = true }
                    guard isCancelled else { return true }
                    return try await updates.next() == nil
                }
                _ = await isOpen.wait(timeout: .untilHung) { $0 ? true : nil }
                if isCancelled {
                    try await eventually("watcher") { try await watchers() == 1 }
                    task.cancel()
                }
                #expect(try await task.value)
                try await eventually("end of the watcher") { try await watchers() == 0 }
            }
        }
    }

    private func change(_ key: String, _ revision: Int64, _ value: String?) -> KeyChange {
        KeyChange(key: KeyName(key), revision: KeyVersion(revision), value: value?.bytes)
    }
}
