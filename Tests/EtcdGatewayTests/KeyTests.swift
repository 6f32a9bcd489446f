import TestSupport
import Testing

@testable import EtcdGateway

@Suite("Keys on a real etcd", .timeLimit(.minutes(20)))
struct KeyTests {
    @Test("A key is put, read, changed and deleted, with the revisions that etcd gives it")
    func lifeOfAKey() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        let key = "\(prefix)key".bytes
        try await withGateway([try etcd.member]) { client in
            #expect(try await client.get(key) == nil)
            let created = try await client.put(key, "one".bytes)
            let changed = try await client.put(key, [])
            #expect(changed > created)
            let expected = KeyValue(
                key: key, value: [], createRevision: created, modRevision: changed, version: 2, lease: 0)
            #expect(try await client.get(key) == expected)
            let old = try await client.range(.single(key), revision: created)
            #expect(old.keyValues.map(\.value) == ["one".bytes])
            #expect(try await client.delete(.single(key)) == 1)
            #expect(try await client.delete(.single(key)) == 0)
            #expect(try await client.get(key) == nil)
        }
    }

    @Test("Keys and values of arbitrary bytes come back unharmed, as etcdctl sees them too", arguments: [Seed.fresh()])
    func arbitraryBytes(seed: Seed) async throws {
        var generator = SeededGenerator(seed)
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix().bytes)
        var values: [[UInt8]: [UInt8]] = [
            prefix + [0]: [0], prefix + [0xff, 0xfe]: [0xff], prefix + "é".bytes: "ü".bytes,
        ]
        for _ in 0..<20 {
            func bytes() -> [UInt8] {
                (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                    UInt8.random(in: .min ... .max, using: &generator)
                }
            }
            values[prefix + bytes()] = bytes()
        }
        let expected = values
        try await withGateway([try etcd.member]) { client in
            for (key, value) in expected { try await client.put(key, value) }
            let listing = try await client.list(.prefix(prefix))
            #expect(
                Dictionary(uniqueKeysWithValues: listing.keyValues.map { ($0.key, $0.value) }) == expected, "\(seed)")
            let keys = listing.keyValues.map(\.key)
            #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
        }
        let seen = try await etcd.etcdctl(
            "get", String(decoding: prefix + "é".bytes, as: UTF8.self), "--print-value-only")
        #expect(seen == "ü\n")
    }

    @Test("A range can be limited, counted, and read without values")
    func rangeOptions() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        try await withGateway([try etcd.member]) { client in
            for number in 1...5 { try await client.put("\(prefix)\(number)".bytes, "value".bytes) }
            let range = KeyRange.prefix(prefix.bytes)
            let page = try await client.range(range, limit: 2)
            #expect(page.keyValues.map(\.key) == ["\(prefix)1".bytes, "\(prefix)2".bytes])
            #expect(page.count == 5 && page.hasMore)
            let all = try await client.range(range, limit: 5)
            #expect(all.keyValues.count == 5 && !all.hasMore)
            let keys = try await client.range(range, keysOnly: true)
            #expect(keys.keyValues.count == 5 && keys.keyValues.allSatisfy { $0.value.isEmpty })
            let count = try await client.range(range, countOnly: true)
            #expect(count.keyValues.isEmpty && count.count == 5)
            #expect(try await client.delete(range) == 5)
            #expect(try await client.range(range).count == 0)
        }
    }

    @Test("A list of many pages is one revision, whatever is written meanwhile")
    func snapshot() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        let name = { @Sendable (number: Int) in "\(prefix)\(10_000 + number)".bytes }
        try await withGateway([try etcd.member]) { client in
            for start in stride(from: 0, to: 1_200, by: 100) {
                let puts = (start..<start + 100).map { TransactionChange.put(key: name($0), value: "0".bytes) }
                #expect(try await client.transaction(if: [], then: puts, operation: "fill"))
            }
            // Each revision moves the first and the last key alike, which lie on different pages, and swaps one key for
            // another behind the read position: a list that mixes revisions has them unequal, or lacks or doubles one.
            let writer = Task {
                var number = 0
                while !Task.isCancelled {
                    number += 1
                    let (old, new) = (
                        number.isMultiple(of: 2) ? 2_001 : 2_000, number.isMultiple(of: 2) ? 2_000 : 2_001
                    )
                    _ = try await client.transaction(
                        if: [],
                        then: [
                            .put(key: name(0), value: "\(number)".bytes),
                            .put(key: name(1_199), value: "\(number)".bytes),
                            .delete(key: name(old)), .put(key: name(new), value: [1]),
                        ], operation: "swap")
                }
            }
            defer { writer.cancel() }
            var revisions: Set<Int64> = []
            for _ in 0..<6 {
                let listing = try await client.list(.prefix(prefix.bytes))
                let values = Dictionary(uniqueKeysWithValues: listing.keyValues.map { ($0.key, $0.value) })
                #expect(values[name(0)] == values[name(1_199)])
                let isStarted = values[name(0)] != "0".bytes
                #expect(values.count == (isStarted ? 1_201 : 1_200))
                #expect(listing.keyValues.allSatisfy { $0.modRevision <= listing.revision })
                revisions.insert(listing.revision)
            }
            #expect(revisions.count > 1, "the writer wrote nothing")
        }
    }

    @Test("A read at a revision that does not exist, and one that is compacted, are told apart")
    func revisions() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                let last = try await { () async throws in
                    var last: Int64 = 0
                    for number in 1...5 { last = try await client.put("k".bytes, "\(number)".bytes) }
                    return last
                }()
                let future = await failure { () async throws(EtcdError) in
                    try await client.range(.single("k".bytes), revision: last + 10)
                }
                #expect(future?.kind == .futureRevision)
                try await etcd.etcdctl("compaction", "\(last)")
                let compacted = await failure { () async throws(EtcdError) in
                    try await client.range(.single("k".bytes), revision: last - 2)
                }
                #expect(compacted?.kind == .compacted(before: nil))
                #expect(compacted?.description.hasPrefix("etcd at \(etcd.clientURL), range of k: ") == true)
            }
        }
    }
}
