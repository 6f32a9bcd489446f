import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// One PKey that passes from tenant to tenant as quickly as etcd can write.
@Suite("A PKey that is deleted and recreated at once", .serialized, .timeLimit(.minutes(20)))
struct RecreationTests {
    /// Which requests such a change takes.
    enum Way: String, CaseIterable, Sendable {
        /// All members have index 0: one request replaces them.
        case replacing
        /// Hosts have no index 0 and virtual functions have: the old ones are removed, then the new ones are added.
        case removing
    }

    /// Ends when so many keys were recreated within a millisecond of their deletion…
    private static let quickOnes = 1_000
    /// … or when etcd was too slow for that, after so many.
    private static let most: UInt64 = 5_000

    @Test(
        "Thousands of times: no two tenants are ever together, and it ends with the last one", arguments: Way.allCases,
        KeyPlace.allCases)
    func recreated(way: Way, keys: KeyPlace) async throws {
        // In memory, where there is such a directory: on a disk each change takes etcd several milliseconds.
        let inMemory = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let data = try TemporaryDirectory("etcd-in-memory", under: inMemory ? "/dev/shm" : nil)
        var options = Site.Options()
        options.etcdArguments = ["--data-dir", data.file("data")]
        options.hasV2Authentication = false
        try await withSite(.http, options, keys: keys) { site in
            // All would be over before it is known which store the keys are in.
            let daemon = try site.startDaemon(
                "--etcd-api", keys.rawValue, "--index0", way == .replacing ? "all" : "vf")
            try await daemon.waitForLine(containing: "UFM Status")
            let tenants = TenantWatch()
            var gaps: [Duration] = []
            var last: Set<UInt64> = []
            var quick = 0
            try await tenants.during(site) {
                try await withKeyWriter(site) { writer in
                    for tenant in 0...Self.most where quick < Self.quickOnes {
                        let hosts = KeyWriter.hosts(of: tenant, count: 3)
                        last = hosts
                        let functions = hosts.filter { way == .removing && $0 & 0xff == 3 }
                        if tenant > 0 { try await writer.delete(0x200e) }
                        let start = ContinuousClock.now
                        try await writer.put(0x200e, hosts: hosts.subtracting(functions), virtualFunctions: functions)
                        guard tenant > 0 else { continue }
                        gaps.append(start.duration(to: .now))
                        if gaps.last ?? .zero <= .milliseconds(1) { quick += 1 }
                    }
                }
                try await site.waitForMembers(last, of: 0x200e)
                let revision = try await site.keyRevision("0x200e")
                try await daemon.waitForLine(
                    containing: "Successfully synchronized PKey 0x200e", and: "revision=\(revision)")
            }
            #expect(tenants.mixtures == [])
            #expect(site.partition(0x200e).map { Set($0.members.keys) } == last)
            #expect(site.ufm.createdPartitions.count == 1)
            let methods = Dictionary(grouping: site.ufm.writes, by: \.method).mapValues(\.count)
            #expect(methods[way == .replacing ? "PUT" : "DELETE", default: 0] > 0)
            let sorted = gaps.sorted().map { $0 / .milliseconds(1) }
            func inWords(_ value: Double) -> String { "\((value * 100).rounded() / 100) ms" }
            print(
                "recreations (\(way.rawValue), \(keys.rawValue)): \(gaps.count), recreated \(inWords(sorted[sorted.count / 2])) after the deletion "
                    + "(median; fastest \(inWords(sorted[0])), \(quick) within 1 ms); "
                    + "\(site.ufm.requests.count) UFM requests: \(methods.sorted { $0.key < $1.key })")
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
