import EtcdGateway
import KeyHistory
import TestSupport
import Testing

@testable import EtcdV2

@Suite("Keys of the v2 interface on a real etcd", .timeLimit(.minutes(20)))
struct V2KeyTests {
    @Test("What is set is got, with its index, and is gone after its deletion")
    func roundTrip() async throws {
        try await withSharedClient { client in
            let directory = freshDirectory()
            let value = "{'host_guids': ['0x043f720300f55176'], 'vf_guids': []} ä + & = %"
            let set = try await client.set(directory + "0x200e", to: value)
            let found = try #require(try await client.get(directory + "0x200e"))
            #expect(found.value == value && found.modifiedIndex == set.index && !found.isDirectory)
            let deleted = try await client.delete(directory + "0x200e")
            #expect(deleted.effect == .removed && deleted.index > set.index)
            #expect(try await client.get(directory + "0x200e") == nil)
        }
    }

    @Test(
        "Names are told apart byte for byte, whatever may not stand in a URL as it is",
        arguments: [
            "a b", "a+b", "a%20b", "ä", "a?b", "a#b", "a&b=c",
        ])
    func oddNames(name: String) async throws {
        try await withSharedClient { client in
            let directory = freshDirectory()
            try await client.set(directory + name, to: "here")
            let list = try await V2Lists(client, V2DirectoryName(directory)).fresh().snapshot
            #expect(list.entries.map { "\($0.key)" } == [directory + name])
        }
    }

    @Test("A key is only set or deleted where it is as the condition says")
    func conditions() async throws {
        try await withSharedClient { client in
            let key = freshDirectory() + "k"
            let missing = await failure { () async throws(EtcdError) in
                try await client.set(key, to: "1", if: V2Condition(exists: true))
            }
            #expect(missing?.kind == .missing)
            let first = try await client.set(key, to: "1", if: V2Condition(exists: false))
            for condition in [V2Condition(exists: false), V2Condition(index: first.index + 1000)] {
                let refused = await failure { () async throws(EtcdError) in
                    try await client.set(key, to: "2", if: condition)
                }
                #expect(refused?.kind == .compareFailed)
            }
            try await client.set(key, to: "2", if: V2Condition(index: first.index))
            let stale = await failure { () async throws(EtcdError) in
                try await client.delete(key, if: V2Condition(index: first.index))
            }
            #expect(stale?.kind == .compareFailed)
            #expect(try await client.get(key)?.value == "2")
        }
    }

    @Test("A key with a time to live says how long it has")
    func timeToLive() async throws {
        try await withSharedClient { client in
            let key = freshDirectory() + "k"
            try await client.set(key, to: "1", timeToLive: 100)
            let left = try await client.get(key)?.timeToLive
            #expect((1...100).contains(left ?? 0))
        }
    }

    @Test("A list has all keys at one index, those of directories below too, and no hidden ones")
    func list() async throws {
        try await withSharedClient { client in
            let directory = freshDirectory()
            let first = try await client.set(directory + "0x2000", to: "a")
            try await client.set(directory + "_hidden", to: "b")
            try await client.set(directory + "0x2001/inner", to: "c")
            let last = try await client.set(directory + "0x2002/_hidden", to: "d")
            let list = try await V2Lists(client, V2DirectoryName(directory)).fresh().snapshot
            #expect(list.entries.map { "\($0.key)" } == [directory + "0x2000", directory + "0x2001/inner"])
            #expect(list.entries.first?.revision == KeyVersion(first.index))
            #expect(list.revision >= KeyVersion(last.index))
            #expect(list.point.store != nil && list.point.term != nil)
        }
    }

    @Test("A list goes through the raft log, so that no member tells what it happens to have")
    func quorum() async throws {
        let etcd = try await SharedV2Etcd.get()
        let transport = try CountingTransport()
        defer { transport.shutdown() }
        let client = try EtcdV2Client(EtcdConfiguration(endpoints: [try etcd.member]), transport: transport)
        let directory = freshDirectory()
        _ = try await client.list(directory)
        #expect(transport.lastURL.hasSuffix("/v2/keys\(directory)?recursive=true&quorum=true"), "\(transport.lastURL)")
    }

    @Test("A directory that is missing is neither empty nor an outage: it may be missing only where nothing was in it")
    func missingDirectory() async throws {
        try await withSharedClient { client in
            let directory = V2DirectoryName(freshDirectory())
            // Nobody has ever seen it.
            #expect(try await V2Lists(client, directory).fresh().snapshot.entries.isEmpty)
            // Somebody knows of keys in it.
            let knowing = V2Lists(client, directory) { () async throws(EtcdError) in true }
            let error = await failure { () async throws(EtcdError) in try await knowing.fresh() }
            #expect(error?.kind == .missing && error?.isOutage == false)
            // It was there in this life.
            let seeing = V2Lists(client, directory)
            try await client.set(directory.prefix + "k", to: "1")
            #expect(try await seeing.fresh().snapshot.entries.count == 1)
            try await client.delete(directory.prefix + "k")
            #expect(try await seeing.fresh().snapshot.entries.isEmpty)
            try await client.delete(directory.name, isDirectory: true)
            #expect(await failure { () async throws(EtcdError) in try await seeing.fresh() }?.kind == .missing)
            // An administrator makes it again: nothing is in it.
            try await SharedV2Etcd.get().v2("PUT", "/keys" + directory.name, form: ["dir=true"])
            #expect(try await seeing.fresh().snapshot.entries.isEmpty)
        }
    }

    @Test("A key where the directory should be is refused")
    func keyForDirectory() async throws {
        try await withSharedClient { client in
            let directory = V2DirectoryName(freshDirectory())
            try await client.set(directory.name, to: "1")
            let error = await failure { () async throws(EtcdError) in try await V2Lists(client, directory).fresh() }
            #expect(error?.kind == .refused)
        }
    }

    @Test("Many that ask for a list at once share one that was begun after they asked")
    func sharedLists() async throws {
        try await withSharedClient { client in
            let directory = V2DirectoryName(freshDirectory())
            let lists = V2Lists(client, directory)
            let written = try await client.set(directory.prefix + "k", to: "1").index
            let asked = ContinuousClock.now
            let found = try await withThrowingTaskGroup(of: V2Lists.Listing.self) { group in
                for _ in 0..<50 { group.addTask { try await lists.fresh() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(found.allSatisfy { $0.asked >= asked && $0.snapshot.revision >= KeyVersion(written) })
            #expect(Set(found.map(\.asked)).count <= 3)
        }
    }

    @Test("The members are told without a login")
    func memberList() async throws {
        try await withSharedClient { client in
            let url = try await SharedV2Etcd.get().clientURL
            #expect(try await client.memberList().map(\.clientURLs) == [[url]])
        }
    }
}
