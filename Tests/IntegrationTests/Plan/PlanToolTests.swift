import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `plan`, `--dry-run` and `--once` against a real etcd and a UFM that differs in every way.
@Suite("Plan, dry run and single run")
struct PlanToolTests {
    private struct Document: Decodable {
        struct Partition: Decodable {
            let pkey: String
            let verdict: String
            let reason: String?
            let owned: Bool
            let missing: [String]
            let unexpected: [String]
            let misflagged: [String]
            let requests: [String]
        }

        let drift: Bool
        let partitions: [Partition]
    }

    private static let port = "043f720300f55176"

    /// Brings about drift of every kind: partitions to create, to change in members and flags, to delete, held, in step and
    /// unmanaged.
    private func makeDrift(_ site: Site) async throws {
        for pkey in ["0x2001", "0x2002", "0x2003", "0x2004"] { try await site.put(pkey: pkey, hosts: [Self.port]) }
        let once = try await site.run(daemon(site, "--once"))
        #expect(once.status == .code(0), "\(once.output)\(once.errors)")
        site.ufm.edit { partitions in
            partitions[0x2001]?.members[0xbbbb] = Member(.full, index0: true)
            partitions[0x2002]?.members = [0x043f_7203_00f5_5176: Member(.full, index0: false)]
            partitions[0x4000] = Partition(key: 0x4000, name: "storage", members: [0xdead: .init()])
        }
        try await site.delete(pkey: "0x2003")
        try await site.put(Site.pkeyPrefix + "0x2004", "not a value")
        try await site.put(pkey: "0x2005", hosts: [Self.port])
        try await site.put(pkey: "0x2006", hosts: [Self.port])
    }

    private func daemon(_ site: Site, _ arguments: String...) -> [String] {
        ["monitor"] + site.etcdArguments + ["--ufm-user", "admin"] + site.ufmTrust + arguments
    }

    private func plan(_ site: Site, _ arguments: String...) async throws -> CommandResult {
        try await site.run(
            ["plan"] + site.etcdArguments + ["--ufm-user", "admin"] + site.ufmTrust + arguments)
    }

    @Test(
        "plan shows drift of every kind and sends reads only; in step it exits 0",
        arguments: [Site.Kind.http, .mutualTLS])
    func plan(_ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            try await makeDrift(site)
            let (partitions, contents) = (site.ufm.partitions, try await site.contents())
            let writes = site.ufm.requests.count(where: \.isWrite)
            let json = try await plan(site, "--output", "json", "--enforce-flags", "--managed-range", "0x2000-0x2005")
            #expect(json.status == .code(2), "\(json.errors)")
            let document = try JSONDecoder().decode(Document.self, from: Data(json.output.utf8))
            #expect(document.drift)
            let verdicts = Dictionary(uniqueKeysWithValues: document.partitions.map { ($0.pkey, $0.verdict) })
            #expect(
                verdicts == [
                    "0x2001": "change", "0x2002": "change", "0x2003": "delete", "0x2004": "held", "0x2005": "create",
                    "0x4000": "unmanaged", "0x7fff": "unmanaged",
                ])
            let byKey = Dictionary(uniqueKeysWithValues: document.partitions.map { ($0.pkey, $0) })
            #expect(byKey["0x2001"]?.unexpected == ["000000000000bbbb"])
            #expect(byKey["0x2001"]?.requests == ["remove"])
            #expect(byKey["0x2002"]?.misflagged == [Self.port])
            #expect(byKey["0x2004"]?.reason == "unreadable")
            #expect(byKey["0x2005"]?.missing == [Self.port])
            #expect(byKey["0x4000"]?.owned == false)
            #expect(json.errors.contains("0x2006: ignored: PKey 0x2006 is outside the managed range 0x2000-0x2005"))

            let text = try await plan(site)
            #expect(text.status == .code(2))
            #expect(
                text.output == """
                    ~ 0x2001 change
                        - 000000000000bbbb
                    - 0x2003 delete
                    ! 0x2004 held: the value in etcd cannot be read
                    + 0x2005 create
                        + \(Self.port)
                    + 0x2006 create
                        + \(Self.port)
                    ? 0x4000 not managed
                      0x7fff the default partition
                    2 to create, 1 to change, 1 to delete, 1 held, 1 in step, 2 not managed

                    """)
            #expect(site.ufm.requests.count(where: \.isWrite) == writes)
            #expect(site.ufm.partitions == partitions)
            #expect(try await site.contents() == contents)

            #expect(try await site.run(daemon(site, "--once")).status == .code(0))
            let after = try await plan(site, "--output", "json")
            #expect(after.status == .code(0), "\(after.output)")
        }
    }

    @Test("A dry run goes through everything and changes nothing, neither in UFM nor in etcd")
    func dryRun() async throws {
        try await withSite(.http) { site in
            try await makeDrift(site)
            let (partitions, contents) = (site.ufm.partitions, try await site.contents())
            let writes = site.ufm.requests.count(where: \.isWrite)
            let once = try await site.run(daemon(site, "--once", "--dry-run"))
            #expect(once.status == .code(0), "\(once.output)\(once.errors)")
            for words in [
                "DRY RUN: not sent to UFM: PKey 0x2001: remove 000000000000bbbb",
                "DRY RUN: not sent to UFM: PKey 0x2003: delete",
                "DRY RUN: not sent to UFM: PKey 0x2005: add \(Self.port)",
            ] { #expect(once.output.contains(words), "\(once.output)") }
            // As a daemon it goes on, follows what changes, and comes to rest.
            let daemon = try site.startDaemon("--dry-run", "--poll-interval", "1")
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2006")
            let last = daemon.lines.count
            try await site.put(pkey: "0x2007", hosts: [Self.port])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2007", from: last)
            #expect(try await daemon.stop() == .code(0))
            try await site.delete(pkey: "0x2007")
            #expect(site.ufm.requests.count(where: \.isWrite) == writes)
            #expect(site.ufm.partitions == partitions)
            #expect(try await site.contents() == contents)
        }
    }

    @Test("A single run fails with one line while UFM is away, or refuses one partition, and does the others")
    func onceFails() async throws {
        var options = Site.Options()
        options.simulator.ufm.switches.unknownGuid = .notFound
        options.simulator.ufm.knownPorts = [0x043f_7203_00f5_5176]
        try await withSite(.http, options) { site in
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55999"])
            for pkey in ["0x2002", "0x2003"] { try await site.put(pkey: pkey, hosts: [Self.port]) }
            let refused = try await site.run(daemon(site, "--once"))
            #expect(refused.status == .code(1), "\(refused.output)")
            #expect(refused.errors.hasPrefix("ERROR: 1 partitions are not in step: [0x2001]"), "\(refused.errors)")
            #expect(Set(site.ufm.partitions.keys).isSuperset(of: [0x2002, 0x2003]))
            #expect(site.partition(0x2001)?.members.isEmpty ?? true)

            let away = try await site.run(daemon(site, "--once", "--ufm-host", "127.0.0.1:1"))
            #expect(away.status == .code(1))
            #expect(away.errors.contains("127.0.0.1:1"))
        }
    }
}
