import Foundation
import TestSupport
import Testing

@testable import EtcdGateway

/// How long the faults go on: `CLUSTER_TEST_SECONDS`, or 20.
private let seconds = ProcessInfo.processInfo.environment["CLUSTER_TEST_SECONDS"].flatMap { Int($0) } ?? 20

@Suite("A cluster of three members under faults", .timeLimit(.minutes(2 + seconds / 60)))
struct ClusterTests {
    private static let login = EtcdConfiguration.Login(user: "root", password: "pw")
    private static let prefix = "/c/"

    @Test("Every put that was made is told once and in order while members are killed and frozen in turn")
    func faults() async throws {
        let options = EtcdOptions(
            rootPassword: "pw",
            arguments: [
                "--auth-token", "simple", "--auth-token-ttl", "3",
                "--experimental-watch-progress-notify-interval", "1s",
            ])
        try await withEtcdCluster(options) { cluster in
            let endpoints = try cluster.members.map { try $0.member }
            try await withGateway(endpoints, login: Self.login, timeout: .seconds(2)) { writing in
                try await withGateway(endpoints, login: Self.login) { following in
                    try await torment(cluster, writing, following)
                }
            }
        }
    }

    private func torment(_ cluster: EtcdCluster, _ writing: EtcdClient, _ reading: EtcdClient) async throws {
        let base = try await reading.list(.prefix(Self.prefix.bytes)).revision
        let record = Watched(FollowerRecord())
        let following = Task {
            try await Follower<ContinuousClock>(reading, .prefix(Self.prefix.bytes)).run { event in
                record.update { $0.take(event) }
            }
        }
        defer { following.cancel() }
        let writer = ClusterWriter(writing, Self.prefix)
        let puts = Task { try await writer.run() }
        defer { puts.cancel() }

        let goesOn: Void? = await record.wait(timeout: .untilHung) { $0.position > base + 10 ? () : nil }
        try #require(goesOn != nil, "\(record.read(\.errors))")
        let faults = try await makeFaults(cluster)
        puts.cancel()
        try await puts.value
        try await writer.settle(after: base)
        let made = await writer.made
        let last = base + Int64(made.count)
        let hasAll: Void? = await record.wait(timeout: .untilHung) { $0.position >= last ? () : nil }
        let told = record.read { $0 }
        following.cancel()
        try await following.value

        let (unknown, writerGap) = (await writer.unknown, await writer.longestGap)
        let late = made.values.count { $0.acknowledged == nil }
        print(
            """
            cluster under faults for \(seconds) s: \(made.count) puts (\(unknown) of unknown outcome, \
            \(late) of them made), \(faults) faults, \(told.errors.count) lost, \
            \(told.returns.count) restored after \(told.returns.map(Self.text)), relists \
            \(told.lists.dropFirst().map(\.rawValue)), longest gap \(Self.text(told.longestGap)) \
            (of the writer \(Self.text(writerGap))), longest delay \(Self.text(told.longestDelay(made: made)))
            """)
        for error in told.errors { print("    lost: \(error)") }
        #expect(hasAll != nil, "told up to \(told.position) of \(last)")
        #expect(told.faults(made: made, after: base) == [])
        #expect(told.errors.count == told.returns.count && told.errors.allSatisfy { $0.isOutage })
        #expect(made.count > seconds && faults > 1)
        let truth = try await reading.list(.prefix(Self.prefix.bytes))
        #expect(truth.revision == last)
        #expect(told.keys == Dictionary(uniqueKeysWithValues: truth.keyValues.map { ($0.key, $0.value) }))
    }

    /// Freezes one member, kills the next, and so on around, each only when the one before serves again.
    private func makeFaults(_ cluster: EtcdCluster) async throws -> Int {
        let end = ContinuousClock.now + .seconds(seconds)
        var count = 0
        while ContinuousClock.now < end {
            let member = count % cluster.members.count
            if count.isMultiple(of: 2) {
                await cluster.pause(member)
                // In turn too short and long enough for anyone to give the member up.
                try await Task.sleep(for: .seconds(count.isMultiple(of: 4) ? 9 : 3))
                await cluster.resume(member)
            } else {
                try await cluster.kill(member)
                try await Task.sleep(for: .seconds(1))
                try await cluster.restart(member)
            }
            count += 1
            let endpoint = try cluster.members[member].member
            try await withGateway([endpoint], login: Self.login, timeout: .seconds(5)) { client in
                try await eventually("answer of member \(member)") {
                    try await client.get(Self.prefix.bytes) == nil
                }
            }
        }
        return count
    }

    @Test("A compaction while the only member known is dead makes a follower list again, and its state is etcd's")
    func compaction() async throws {
        try await withEtcdCluster { cluster in
            let members = try cluster.members.map { try $0.member }
            try await withGateway([members[0]]) { reading in
                try await withGateway([members[1], members[2]]) { client in
                    for number in 0..<5 { try await client.put("\(Self.prefix)\(number)".bytes, [1]) }
                    let following = Following(reading, Self.prefix)
                    try await following.reaches("list") { $0.keys.count == 5 }
                    try await cluster.kill(0)
                    try await following.reaches("loss") { $0.news == ["lost"] }
                    // The first one may meet a cluster that has just lost its leader.
                    try await eventually("put without the dead member") {
                        try await client.put("\(Self.prefix)3".bytes, [2]) > 0
                    }
                    try await client.delete(.single("\(Self.prefix)0".bytes))
                    let last = try await client.put("\(Self.prefix)9".bytes, [2])
                    try await cluster.etcdctl(at: 1, "compaction", "\(last)")
                    try await cluster.restart(0)
                    try await following.reaches("second list") {
                        $0.lists == [.start, .compacted] && $0.news.last == "restored"
                    }
                    let next = try await client.put("\(Self.prefix)8".bytes, [3])
                    try await following.reaches("next change") { $0.revisions.last == next }
                    let truth = try await client.list(.prefix(Self.prefix.bytes))
                    let keys = Dictionary(uniqueKeysWithValues: truth.keyValues.map { ($0.key, $0.value) })
                    #expect(following.state.read(\.keys) == keys)
                }
            }
        }
    }

    private static func text(_ duration: Duration) -> String {
        duration.formatted(.units(allowed: [.seconds], width: .narrow, fractionalPart: .show(length: 2)))
    }
}
