import Foundation
import TestSupport
import Testing

/// The etcd tool on three members, of which not all are well.
@Suite("The etcd tool on a cluster", .timeLimit(.minutes(20)))
struct EtcdToolClusterTests {
    private struct Status: Decodable {
        let endpoint: String
        let is_leader: Bool?
        let revision: Int64?
        let problems: [String]
    }

    private func command(_ cluster: EtcdCluster, _ directory: TemporaryDirectory, _ arguments: [String]) throws
        -> Command
    {
        Command(
            try Programs.pkeyd(),
            ["etcd", "--config-dir", directory.path, "--etcd-endpoints", cluster.endpoints.joined(separator: ",")]
                + arguments,
            droppingVariables: ["PCOCC_", "SURF_UFM_PKEYD_", "CREDENTIALS_DIRECTORY", "ETCD"])
    }

    @Test("A watch on a member that freezes is proven dead and goes on elsewhere, losing and repeating nothing")
    func frozenMember() async throws {
        try await withEtcdCluster { cluster in
            try await withTemporaryDirectory("tool") { directory in
                let base = try await cluster.etcdctl("put", "/w/0", "x")
                #expect(base == "OK\n")
                let watch = try BackgroundProcess(
                    command(cluster, directory, ["--watch", "/w/", "--from-revision", "1", "--output", "json"]))
                try await watch.waitForLine(containing: "/w/0")
                // The member of the watch stays connected and is silent; the others elect a leader if need be.
                await cluster.pause(0)
                try await eventually("put without the frozen member") {
                    try await cluster.etcdctl(at: 1, "put", "/w/1", "y") == "OK\n"
                }
                try await watch.waitForLine(containing: "\"/w/1\"")
                await cluster.resume(0)
                try await cluster.etcdctl(at: 2, "put", "/w/2", "z")
                try await watch.waitForLine(containing: "\"/w/2\"")
                watch.terminate()
                #expect(try await watch.waitForExit() == .code(0))
                let events = try ToolKey.lines(watch.output)
                #expect(Set(events.map(\.key)) == ["/w/0", "/w/1", "/w/2"])
                let revisions = events.map(\.revision)
                #expect(revisions == revisions.sorted() && Set(revisions).count == revisions.count)
                #expect(!watch.errors.contains("ERROR"))
            }
        }
    }

    @Test("The status has one line per member, one leader, and tells who is dead and who has no leader")
    func status() async throws {
        try await withEtcdCluster { cluster in
            try await withTemporaryDirectory("tool") { directory in
                func status(_ code: Int32) async throws -> [Status] {
                    let result = try await CommandRunner.run(
                        command(cluster, directory, ["--status", "--output", "json"]))
                    #expect(result.status == .code(code), "\(result.errors)")
                    return try JSONDecoder().decode([Status].self, from: Data(result.output.utf8))
                }
                try await cluster.etcdctl("put", "/a", "1")
                let well = try await status(0)
                #expect(well.map(\.endpoint) == cluster.endpoints.map { "http://\($0)" })
                #expect(well.count { $0.is_leader == true } == 1)
                #expect(well.allSatisfy { $0.problems.isEmpty })
                #expect(Set(well.map(\.revision)) == [2])

                try await cluster.kill(2)
                let wounded = try await status(1)
                #expect(wounded[2].revision == nil && wounded[2].problems.first?.contains("refused") == true)

                try await cluster.kill(1)
                try await eventually("a member that knows of no leader") {
                    try await status(1)[0].problems.contains { $0.contains("no leader") }
                }
                let get = try await CommandRunner.run(command(cluster, directory, ["--get", "/a"]))
                #expect(get.status == .code(1))
                #expect(get.errors.contains("no leader") || get.errors.contains("refused"), "\(get.errors)")
            }
        }
    }
}
