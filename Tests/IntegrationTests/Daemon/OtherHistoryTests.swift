import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// etcd answers from another history than the one that the daemon was told.
@Suite("Another history of etcd")
struct OtherHistoryTests {
    private static let pkeys = (0..<20).map { UInt16(0x2000 + $0) }

    private static func hosts(of tenant: UInt64) -> [UInt16: Set<UInt64>] {
        Dictionary(uniqueKeysWithValues: pkeys.map { ($0, KeyWriter.hosts(of: tenant << 16 | UInt64($0), count: 2)) })
    }

    @Test(
        "A store that was restored and has overtaken us before we look again changes nothing before somebody approves",
        arguments: KeyPlace.allCases)
    func restored(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let (old, new) = (Self.hosts(of: 1), Self.hosts(of: 2))
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await withKeyWriter(site) { writer in
                for pkey in Self.pkeys { try await writer.put(pkey, hosts: old[pkey] ?? []) }
            }
            try await site.waitForPartitions(old)
            try await Self.waitFor(20, "synced", in: site)
            let saved = try await site.saveEtcd()
            try await withKeyWriter(site) { writer in
                for pkey in Self.pkeys { try await writer.put(pkey, hosts: new[pkey] ?? []) }
            }
            try await site.waitForPartitions(new)
            try await Self.waitFor(20, "synced", in: site)
            let written = site.ufm.writes.count

            // While the daemon does not look, the store comes back and others use it: its revision passes ours.
            _ = daemon.send(signal: 19)
            try await site.restoreEtcd(from: saved)
            try await withKeyWriter(site) { writer in try await writer.touch(300) }
            _ = daemon.send(signal: 18)
            try await daemon.waitForLine(containing: "has another history than before")
            try await Self.waitFor(20, "guarded", in: site)
            #expect(site.ufm.writes.count == written)
            #expect(site.ufm.partitions.filter { $0.key != 0x7fff }.mapValues { Set($0.members.keys) } == new)

            #expect(try await site.status("--approve-deletes", "--yes").status == .code(0))
            try await site.waitForPartitions(old)
            try await Self.waitFor(20, "synced", in: site)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "An endpoint of another cluster, while the first one is silent, deletes and changes nothing",
        arguments: KeyPlace.allCases)
    func otherCluster(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let other = try await site.startOtherEtcd()
            let pkeys = Self.pkeys.prefix(4)
            let wanted = Self.hosts(of: 1).filter { pkeys.contains($0.key) }
            // Its revision is far higher, and it has one of the keys, with another tenant.
            try await withKeyWriter(site, to: other) { writer in
                for _ in 0..<3 { try await writer.put(0x2000, hosts: [0xaa01]) }
            }
            let state = try TemporaryDirectory("state")
            // Of two that disagree none has most votes.
            let cluster = try await site.clusterID
            let daemon = try site.startDaemon(
                "--poll-interval", "1", "--etcd-endpoints", "\(site.etcd.endpoint),\(other.endpoint)",
                "--state-dir", state.path, "--etcd-cluster-id", cluster)
            try await withKeyWriter(site) { writer in
                for pkey in pkeys { try await writer.put(pkey, hosts: wanted[pkey] ?? []) }
            }
            try await site.waitForPartitions(wanted)
            try await Self.waitFor(4, "synced", in: site)
            try await withKeyWriter(site, to: other) { writer in try await writer.touch(60) }
            let written = site.ufm.writes.count

            await site.etcd.pause()
            try await daemon.waitForLine("both ids") { line in
                line.text.contains("answers, and not")
            }
            // As long as a server is silent that is moved to another machine.
            try await Task.sleep(for: .seconds(7))
            await site.etcd.resume()
            try await withKeyWriter(site) { writer in try await writer.delete(0x2003) }
            try await site.waitForMembers(nil, of: 0x2003)
            // That deletion and nothing else.
            #expect(site.ufm.writes.count == written + 1)
            #expect(
                site.ufm.partitions.filter { $0.key != 0x7fff }.mapValues { Set($0.members.keys) }
                    == wanted.filter { $0.key != 0x2003 })
            #expect(try await daemon.stop() == .code(0))

            // The next life knows which cluster is ours, though the other one is asked first and alone answers.
            await site.etcd.pause()
            let next = try site.startDaemon(
                "--poll-interval", "1", "--etcd-endpoints", "\(other.endpoint),\(site.etcd.endpoint)",
                "--state-dir", state.path)
            try await next.waitForLine("both ids") { $0.text.contains("answers, and not") }
            await site.etcd.resume()
            try await next.waitForLine(containing: "UFM Status")
            #expect(site.ufm.writes.count == written + 1)
            #expect(try await next.stop() == .code(0))
            try await other.kill()
        }
    }

    @Test(
        "Six of twenty jobs that end one by one while the watch is cut are gone, and nothing is held",
        arguments: KeyPlace.allCases)
    func cutWatch(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let proxy = try WatchProxy(
                to: try #require(UInt16(site.etcdPort)), cutting: keys == .v3 ? "POST /v3/watch" : "wait=true")
            defer { proxy.close() }
            let wanted = Self.hosts(of: 1)
            let daemon = try site.startDaemon("--poll-interval", "1", "--etcd-endpoints", proxy.endpoint)
            try await withKeyWriter(site) { writer in
                for pkey in Self.pkeys { try await writer.put(pkey, hosts: wanted[pkey] ?? []) }
                try await site.waitForPartitions(wanted)
                try await Self.waitFor(20, "synced", in: site)
                proxy.cut()
                for pkey in Self.pkeys.prefix(6) { try await writer.delete(pkey) }
            }
            // Lists go on, and lack the keys.
            let reads = site.ufm.requests.count
            try await site.ufm.waitFor("three resyncs") { $0.requests.count >= reads + 3 }
            #expect(proxy.cuts > 0)
            proxy.mend()
            let rest = wanted.filter { !Self.pkeys.prefix(6).contains($0.key) }
            try await site.waitForPartitions(rest)
            try await Self.waitFor(14, "synced", in: site)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// Waits until the ledger has so many records and all are in a state.
    private static func waitFor(_ count: Int, _ state: String, in site: Site) async throws {
        try await eventually("\(count) records that are \(state)") {
            let records = try await site.entries(prefix: Site.ledgerPrefix)
            return records.count == count && records.allSatisfy { $0.value.contains("\"state\":\"\(state)\"") }
        }
    }
}
