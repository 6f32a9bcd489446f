import EtcdGateway
import Fabric
import Ledger
import Reconciler
import TestSupport
import Testing
import Transport
import UFMModel
import UFMSimulator

@testable import KeyHistory

/// `status --approve-deletes`: what the deletion guard holds goes on when a person says so.
@Suite("Approving deletions")
struct ApprovalTests {
    static let pkeys = (0x2000..<0x2014).map { "0x" + String($0, radix: 16) }

    @Test(
        "Many keys deleted at once leave UFM as it is until the deletions are approved; one key's deletion is done at once",
        arguments: KeyPlace.allCases)
    func guarded(keys: KeyPlace) async throws {
        try await withDaemonAndPartitions(keys) { site, daemon in
            try await site.delete(pkey: "0x2000")
            try await site.ufm.waitFor("the first deletion") { $0.partitions[0x2000] == nil }
            // Its record goes once two witnesses lack it and its key is known to be gone: of that the v2 store has no word any
            // more once the last key has taken the directory with it.
            try await StatusSummary.wait(for: ["synced": 19]) { try await site.status("--output", "json") }

            let before = site.ufm.createdPartitions
            let writes = site.ufm.writes.count
            try await site.deleteAllPKeys()
            try await daemon.waitForLine(containing: "19 deletions at once, of 19 partitions, are held back")
            try await StatusSummary.wait(for: ["guarded": 19]) { try await site.status("--output", "json") }
            #expect(site.ufm.createdPartitions == before)
            #expect(site.ufm.writes.count == writes)
            let told = try await site.status().output.split(separator: "\n").last.map(String.init) ?? ""
            let words =
                /19 deletions wait for an approval since (\d{4}-\d\d-\d\dT[0-9:]+Z): \[0x2001, 0x2002, .*\]\. (.*)/
            let match = try #require(try words.wholeMatch(in: told), "\(told)")
            #expect(match.2 == "If etcd is what it should be: surf-ufm-pkeyd status --approve-deletes")
            let document = try await site.status("--output", "json").output
            #expect(document.contains(#""count" : 19"#) && document.contains(#""since" : "\#(match.1)""#))

            let refused = try await site.run(["status", "--etcd-user", "root", "--approve-deletes"], input: "yes\n")
            #expect(refused.exitCode == 1)
            #expect(refused.errors.contains("19 deletions wait: nothing is approved without --yes"))
            #expect(try await site.statusOf("0x2001")?.state == "guarded")

            let approval = try await site.status("--approve-deletes", "--yes")
            #expect(approval.exitCode == 0)
            #expect(approval.output.hasSuffix("Approved the deletion of 19 partitions\n"))
            #expect(Self.pkeys.dropFirst().allSatisfy { approval.output.contains($0) })
            try await site.waitForPartitions([:])
            let waited = try await site.status("--wait", "0x2001")
            // On a busy machine the record may be gone by then as well.
            #expect(waited.exitCode == 0 || waited.errors.contains("is not known"), "\(waited.errors)")
            try await eventually("an empty ledger") { try await site.entries(prefix: Site.ledgerPrefix).isEmpty }

            let again = try await site.status("--approve-deletes", "--yes")
            #expect(again.exitCode == 0)
            #expect(again.output == "No deletion waits for an approval\n")
        }
    }

    @Test("Keys that come back need no approval", arguments: KeyPlace.allCases)
    func comingBack(keys: KeyPlace) async throws {
        try await withDaemonAndPartitions(keys) { site, daemon in
            let before = site.ufm.createdPartitions
            try await site.deleteAllPKeys()
            try await StatusSummary.wait(for: ["guarded": 20]) { try await site.status("--output", "json") }
            try await site.putAll(Self.pkeys)
            try await StatusSummary.wait(for: ["synced": 20]) { try await site.status("--output", "json") }
            #expect(site.ufm.createdPartitions == before)
            #expect(try await site.status("--approve-deletes", "--yes").output == "No deletion waits for an approval\n")
        }
    }

    @Test("An approval counts only for the record that was shown, even if it looks the same again")
    func changedMeanwhile() async throws {
        try await withDaemonAndPartitions { site, daemon in
            try await site.deleteAllPKeys()
            try await StatusSummary.wait(for: ["guarded": 20]) { try await site.status("--output", "json") }
            let http = try HTTPClient()
            defer { http.shutdown() }
            let client = try EtcdClient(
                EtcdConfiguration(
                    endpoints: [try EtcdEndpoint(parsing: site.etcd.endpoint, defaultScheme: .http, defaultPort: 2379)],
                    login: EtcdConfiguration.Login(user: "root", password: site.options.etcdPassword),
                    tls: TLSSettings(verification: .none), timeout: .seconds(10)), transport: http)
            let stored = try await EtcdLedger(EtcdRecords(client, fabric: "default"), sources: []).contents()
            let shown = GuardedDeletions(stored)
            #expect(shown.shown.count == 20)
            // Somebody writes one of them anew, as it was; and one comes back.
            let first = try #require(shown.shown.first)
            let text = try #require(try await site.entries(prefix: Site.ledgerPrefix).first?.value)
            try await site.put(Site.ledgerPrefix + first.pkey.description, text)
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55176"])
            #expect(try await site.status("--wait", "0x2001").exitCode == 0)
            let telling = Telling(EtcdInstructions(client, fabric: "default"), clock: ContinuousClock())
            let outcome = try await telling(shown.approval)
            #expect(outcome.changed.map(\.description).contains("0x2001"))
            #expect(outcome.done.count + outcome.changed.count == 20)
            #expect(outcome.changed.count <= 2)
            let again = try await telling(shown.approval)
            #expect(again.done.isEmpty)
            #expect(site.partition(0x2001) != nil)
        }
    }

    private func withDaemonAndPartitions(
        _ keys: KeyPlace = .v3, _ body: (Site, BackgroundProcess) async throws -> Void
    ) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.putAll(Self.pkeys)
            for pkey in Self.pkeys {
                try await daemon.waitForLine(containing: "Successfully synchronized PKey \(pkey) ")
            }
            try await body(site, daemon)
            #expect(try await daemon.stop() == .code(0))
        }
    }
}

/// How many PKeys are in which state.
enum StatusSummary {
    /// What there is instead, for the words of a test that has waited in vain.
    private struct Other: Error {
        let document: String
    }

    /// Waits until `status --output json` counts so many.
    static func wait(for expected: [String: Int], _ status: () async throws -> CommandResult) async throws {
        try await eventually("records \(expected)") { () async throws -> Void? in
            let document = try await status().output
            guard try StatusDocument(document).summary == expected else { throw Other(document: document) }
            return ()
        }
    }
}

extension Site {
    /// Sets the keys of PKeys, each with one host; in v3 in one revision.
    func putAll(_ pkeys: [String]) async throws {
        guard options.keys == .v3 else {
            for pkey in pkeys { try await put(pkey: pkey, hosts: ["043f720300f55176"]) }
            return
        }
        try await put(pkeys.map { (Self.pkeyPrefix + $0, "{'host_guids': ['0x043f720300f55176'], 'vf_guids': []}") })
    }
}
