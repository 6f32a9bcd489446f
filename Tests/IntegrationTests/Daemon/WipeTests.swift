import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// etcd loses its data directory while the daemon runs.
@Suite("A lost etcd")
struct WipeTests {
    @Test(
        "Thirty partitions outlive it, the log says why, and when their keys are put back all is in step without a restart",
        arguments: KeyPlace.allCases)
    func thirty(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let pkeys = (0..<30).map { UInt16(0x2000 + $0) }
            let wanted = Dictionary(
                uniqueKeysWithValues: pkeys.map { ($0, KeyWriter.hosts(of: UInt64($0), count: 2)) })
            // With the records goes the knowledge that the partitions are ours; that these PKeys are is said.
            let daemon = try site.startDaemon("--poll-interval", "1", "--managed-range", "0x2000-0x2fff")
            try await withKeyWriter(site) { writer in
                for pkey in pkeys { try await writer.put(pkey, hosts: wanted[pkey] ?? []) }
            }
            try await site.waitForPartitions(wanted)
            try await Self.waitForSynced(30, of: site)
            let before = site.ufm.createdPartitions
            let written = site.ufm.writes.count

            try await site.etcd.wipeAndRestart()
            try await site.options.enableV2Authentication(of: site.etcd)
            // Whichever of the two it reads first: the keys, whose deletions it holds, or the ledger, which lost its records.
            try await daemon.waitForLine("the reason why nothing is deleted") { line in
                line.text.contains("is \(keys.sourceName) what it should be?")
            }
            // In v2 an etcd that never had the directory of the keys is told from one that lost all keys.
            try await daemon.waitForLine(
                containing: keys == .v3
                    ? "etcd is read again, after" : "there is no directory /pcocc/global/opensm/pkeys,")
            let reads = site.ufm.requests.count
            try await site.ufm.waitFor("three resyncs") { $0.requests.count >= reads + 3 }
            #expect(site.ufm.createdPartitions == before)
            #expect(site.ufm.writes.count == written)

            // A new writer: the token of the old one is of the etcd that was lost. One PKey has another tenant by now.
            var after = wanted
            after[0x2007] = KeyWriter.hosts(of: 0x9999, count: 3)
            try await withKeyWriter(site) { writer in
                for pkey in pkeys { try await writer.put(pkey, hosts: after[pkey] ?? []) }
            }
            try await site.waitForPartitions(after)
            try await Self.waitForSynced(30, of: site)
            // The others were right all the time, and are ours again without a request.
            #expect(site.ufm.writes.count == written + 1)

            // What is deleted now is deleted: nothing of the wipe is left to hold it.
            try await site.delete(pkey: "0x2000")
            try await site.waitForMembers(nil, of: 0x2000)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    private static func waitForSynced(_ count: Int, of site: Site) async throws {
        try await eventually("\(count) records that are synced") {
            let records = try await site.entries(prefix: Site.ledgerPrefix)
            return records.count == count && records.allSatisfy { $0.value.contains(#""state":"synced""#) }
        }
    }
}
