import EtcdGateway
import KeyHistory
import TestSupport
import Testing
import Transport

@testable import EtcdV2

@Suite("Following a directory of the v2 store on a real etcd", .timeLimit(.minutes(20)))
struct V2FollowerTests {
    @Test("It tells the list first, then each change once and in order, hidden keys left out")
    func ordinaryLife() async throws {
        try await withSharedClient { client in
            let directory = freshDirectory()
            try await client.set(directory + "0", to: "a")
            let following = V2Following(client, directory)
            try await following.reaches("list") { $0.lists == [.start] && $0.keys.count == 1 }
            var expected: [String] = []
            for number in 1...50 {
                try await client.set(directory + "_h\(number)", to: "x")
                try await client.set(directory + "\(number)", to: "b")
                expected.append("\(directory)\(number)=b")
            }
            // Deleted and set again as fast as can be, and set over.
            try await client.delete(directory + "7")
            try await client.set(directory + "7", to: "c")
            try await client.set(directory + "7", to: "d")
            expected += ["-\(directory)7", "\(directory)7=c", "\(directory)7=d"]
            let all = expected
            try await following.reaches("all changes") { $0.changes == all }
            #expect(following.state.read { $0.lists == [.start] && $0.news.isEmpty })
            await following.stop()
            #expect(following.state.read(\.failure) == nil)
        }
    }

    @Test("Expiry, a directory in the place of a key, and the end of a directory are told as deletions of keys")
    func oddEnds() async throws {
        try await withSharedClient { client in
            let etcd = try await SharedV2Etcd.get()
            let directory = freshDirectory()
            for key in ["a", "b", "c", "in/d", "in/e"] { try await client.set(directory + key, to: "1") }
            let following = V2Following(client, directory)
            try await following.reaches("list") { $0.keys.count == 5 }
            try await client.set(directory + "f", to: "1", timeToLive: 1)
            try await following.reaches("expiry") { $0.changes == ["\(directory)f=1", "-\(directory)f"] }
            try await etcd.v2("PUT", "/keys" + directory + "a", form: ["dir=true"])
            try await following.reaches("directory") { $0.changes.last == "-\(directory)a" }
            try await client.delete(directory + "in", isRecursive: true)
            try await following.reaches("inner directory") {
                $0.changes.suffix(2) == ["-\(directory)in/d", "-\(directory)in/e"]
            }
            try await client.delete(String(directory.dropLast()), isRecursive: true)
            try await following.reaches("all") { $0.keys.isEmpty && $0.changes.count == 7 }
            #expect(following.state.read { Set($0.indices.suffix(2)).count == 1 && $0.lists == [.start] })
            // Somebody was told so: it may be missing from now on.
            #expect(try await following.lists.fresh().snapshot.entries.isEmpty)
            try await client.set(directory + "g", to: "1")
            try await following.reaches("new life") { $0.keys == [directory + "g": "1"] }
        }
    }

    @Test("1,100 changes of others between two events hide neither, and the position follows them")
    func busyStore() async throws {
        try await withSharedClient { client in
            let directory = freshDirectory()
            let following = V2Following(client, directory)
            try await following.reaches("list") { $0.lists == [.start] }
            try await client.set(directory + "a", to: "1")
            let others = freshDirectory()
            var last: Int64 = 0
            for number in 0..<1_100 { last = try await client.set(others + "o", to: "\(number)").index }
            try await client.set(directory + "b", to: "1")
            try await following.reaches("both") { $0.changes == ["\(directory)a=1", "\(directory)b=1"] }
            // On its own, without an event: by the next list.
            for number in 0..<1_100 { last = try await client.set(others + "o", to: "\(number)").index }
            let end = last
            try await following.reaches("the position") { $0.told >= end }
            #expect(following.state.read { $0.lists == [.start] && $0.news.isEmpty })
        }
    }

    @Test("A watch that was cut while 1,100 changes of others came is outdated: a list shows what it could not tell")
    func outdated() async throws {
        try await withEtcd(.v2) { etcd in
            let member = try etcd.member
            let proxy = try WatchProxy(to: member.port, cutting: "wait=true")
            defer { proxy.close() }
            let front = try EtcdEndpoint(parsing: proxy.endpoint, defaultScheme: .http, defaultPort: 1)
            try await withV2Client([member]) { writer in
                try await withV2Client([front]) { client in
                    let directory = freshDirectory()
                    try await writer.set(directory + "old", to: "1")
                    let following = V2Following(client, directory)
                    try await following.reaches("list") { $0.lists == [.start] }
                    try await writer.set(directory + "a", to: "1")
                    try await following.reaches("event") { $0.changes == ["\(directory)a=1"] }
                    proxy.cut()
                    try await writer.set(directory + "b", to: "1")
                    try await writer.delete(directory + "old")
                    for number in 0..<1_100 { try await writer.set("/others", to: "\(number)") }
                    try await writer.set(directory + "c", to: "1")
                    proxy.mend()
                    try await following.reaches("list after all") { $0.lists == [.start, .compacted] }
                    #expect(following.state.read { $0.keys.keys.sorted() } == ["a", "b", "c"].map { directory + $0 })
                    try await writer.set(directory + "d", to: "1")
                    try await following.reaches("going on") { $0.changes.last == "\(directory)d=1" }
                }
            }
        }
    }

    @Test("What comes while a watch is cut is told afterwards, once and in order, as far as etcd remembers it")
    func resumed() async throws {
        try await withEtcd(.v2) { etcd in
            let member = try etcd.member
            let proxy = try WatchProxy(to: member.port, cutting: "wait=true")
            defer { proxy.close() }
            let front = try EtcdEndpoint(parsing: proxy.endpoint, defaultScheme: .http, defaultPort: 1)
            try await withV2Client([member]) { writer in
                try await withV2Client([front]) { client in
                    let directory = freshDirectory()
                    let following = V2Following(client, directory)
                    try await following.reaches("list") { $0.lists == [.start] }
                    var expected: [String] = []
                    for round in 0..<3 {
                        proxy.cut()
                        for number in 0..<40 {
                            try await writer.set(directory + "\(number)", to: "\(round)")
                            expected.append("\(directory)\(number)=\(round)")
                        }
                        proxy.mend()
                        let all = expected
                        try await following.reaches("round \(round)") { $0.changes == all }
                    }
                    #expect(following.state.read(\.lists) == [.start])
                }
            }
        }
    }

    @Test("10,000 changes as fast as etcd takes them: none is lost, none is told twice, all in order")
    func fullSpeed() async throws {
        try await withEtcd(.v2) { etcd in
            let member = try etcd.member
            try await withV2Client([member]) { client in
                let directory = freshDirectory()
                let following = V2Following(client, directory)
                try await following.reaches("list") { $0.lists == [.start] }
                let clock = ContinuousClock()
                let start = clock.now
                // Four that write at once, each to keys of its own. etcd keeps 1,000 changes: no writer gets further ahead of
                // what was told than that all of them together stay within.
                let (writers, lead, count) = (4, 100, 10_000 / 4)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<writers {
                        group.addTask {
                            for number in 0..<count {
                                if number % lead == 0, number > 0 {
                                    try await following.reaches("\(number) of writer \(writer)") {
                                        $0.changes.count >= writers * (number - lead)
                                    }
                                }
                                try await client.set("\(directory)\(writer)-\(number % 50)", to: "\(number)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                let written = start.duration(to: clock.now)
                try await following.reaches("all of them") { $0.changes.count >= writers * count }
                let state = following.state.read { $0 }
                #expect(state.changes.count == 10_000 && Set(state.indices).count == 10_000)
                #expect(state.indices == state.indices.sorted() && state.lists == [.start])
                for writer in 0..<writers {
                    let own = state.changes.filter { $0.hasPrefix("\(directory)\(writer)-") }
                    #expect(own == (0..<count).map { "\(directory)\(writer)-\($0 % 50)=\($0)" })
                }
                print("10,000 changes written in \(written), told after \(start.duration(to: clock.now))")
            }
        }
    }

    @Test("An etcd that lost its data is listed anew, and its missing directory is no empty one")
    func wiped() async throws {
        try await withEtcd(.v2) { etcd in
            try await withV2Client([try etcd.member]) { client in
                let directory = freshDirectory()
                for number in 0..<20 { try await client.set(directory + "\(number)", to: "1") }
                let following = V2Following(client, directory)
                try await following.reaches("list") { $0.keys.count == 20 }
                try await etcd.wipeAndRestart()
                try await following.reaches("loss") { $0.errors.contains { $0.kind == .missing } }
                #expect(following.state.read { $0.keys.count == 20 && $0.lists == [.start] })
                try await client.set(directory + "new", to: "1")
                try await following.reaches("list of the new store") { $0.lists.count == 2 && $0.keys.count == 1 }
                #expect(following.state.read { $0.told < 20 && $0.failure == nil })
            }
        }
    }

    @Test("The list that proves a watch is made when it is time, whoever else asks for lists all the while")
    func regularAmongOthers() async throws {
        try await withEtcd(.v2) { etcd in
            try await withV2Client([try etcd.member]) { client in
                let directory = freshDirectory()
                try await client.set(directory + "1", to: "1")
                let lists = V2Lists(client, V2DirectoryName(directory))
                _ = try await lists.fresh()
                let isOver = Watched(false)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        while !isOver.read({ $0 }) { _ = try await lists.fresh() }
                    }
                    for _ in 0..<3 { _ = try await lists.regular(every: .milliseconds(100)) }
                    isOver.update { $0 = true }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test("At rest with a login there is one watch, and no more than one request in ten seconds beside it")
    func atRest() async throws {
        try await withEtcd(.v2) { etcd in
            try await etcd.enableV2Authentication(rootPassword: "pa55:word")
            let transport = try CountingTransport()
            defer { transport.shutdown() }
            let login = EtcdConfiguration.Login(user: "root", password: "pa55:word")
            let client = try EtcdV2Client(
                EtcdConfiguration(endpoints: [try etcd.member], login: login), transport: transport)
            try await client.set("/p/k", to: "1")
            let lists = V2Lists(client, V2DirectoryName("/p/"))
            let following = V2Following(lists)
            try await following.reaches("list") { $0.lists == [.start] && $0.keys.count == 1 }
            try await eventually("somebody follows") { lists.isFollowed }
            // What else asks for a list at rest is given the one that is due.
            let start = ContinuousClock.now
            let before = transport.sent
            _ = try await lists.regular(every: .seconds(10))
            _ = try await lists.regular(every: .seconds(10))
            let time = start.duration(to: .now)
            #expect(transport.sent - before <= Int(time / .seconds(10)) + 1)
            #expect(transport.streams == 1)
            // And an event is told at once all the same.
            try await client.set("/p/k", to: "2")
            try await following.reaches("event") { $0.changes == ["/p/k=2"] }
        }
    }
}
