import TestSupport
import Testing
import UFMSimulator

/// The manual's commands of the etcd mode, with what they must do to etcd.
@Suite("The manual's etcd commands")
struct ManualEtcdTests {
    /// One command, what is in etcd before and after it, and what it prints.
    struct Row: Sendable, CustomTestStringConvertible {
        let command: ManualCommand
        var sites: [Site.Kind] = [.http, .tls]
        var before = Self.stock
        var after = Self.stock
        let output: String
        var logsDetails = false

        var testDescription: String { command.text }

        static let directory = "/pcocc/global/opensm/pkeys/"
        static let value = "{'host_guids': ['0x043f720300f55176'], 'vf_guids': ['0xc0cc200000000000']}"
        static let newValue = #"{"host_guids": ["0x043f720300f55176"], "vf_guids": ["0xc0cc300000000000"]}"#
        static let stock = [
            "\(directory)0x2000": value, "\(directory)0x2001": value, "/pcocc/cluster/17/state": "complete",
            "/vendor/key": "",
        ]
        static let stockAndNew = stock.merging(["\(directory)0x3000": newValue]) { $1 }
    }

    static let rows = [
        Row(
            command: ManualCommand("./surf_ufm_pkeyd.py etcd --etcd-user root --list"),
            output: """
                Keys in etcd cluster:
                  /pcocc/cluster/17/state
                  /pcocc/global/opensm/pkeys/0x2000
                  /pcocc/global/opensm/pkeys/0x2001
                  /vendor/key

                """),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py etcd --etcd-user root --list --prefix /pcocc/global/opensm/pkeys/"),
            output: """
                Keys in etcd cluster (prefix: /pcocc/global/opensm/pkeys/):
                  /pcocc/global/opensm/pkeys/0x2000
                  /pcocc/global/opensm/pkeys/0x2001

                """),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py etcd --etcd-user root --list --prefix /pcocc/global/opensm/pkeys/"),
            before: ["/pcocc/global": ""], after: ["/pcocc/global": ""],
            output: "No keys found with prefix: /pcocc/global/opensm/pkeys/\n"),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py etcd --etcd-user root --get /pcocc/global/opensm/pkeys/0x2000"),
            output: "Key: /pcocc/global/opensm/pkeys/0x2000\nValue: \(Row.value)\n"),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py etcd \
                  --etcd-user root \
                  --put /pcocc/global/opensm/pkeys/0x3000 \
                  --value '{"host_guids": ["0x043f720300f55176"], "vf_guids": ["0xc0cc300000000000"]}'
                """#),
            after: Row.stockAndNew,
            output: "Successfully set key '/pcocc/global/opensm/pkeys/0x3000' to '\(Row.newValue)'\n"),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py etcd \
                  --etcd-user root \
                  --put /temp/test-key \
                  --value "temporary value" \
                  --ttl 3600
                """#),
            after: Row.stock.merging(["/temp/test-key": "temporary value"]) { $1 },
            output: "Successfully set key '/temp/test-key' to 'temporary value' with TTL 3600s\n"),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py etcd --etcd-user root --delete /pcocc/global/opensm/pkeys/0x3000"),
            before: Row.stockAndNew,
            output: "Successfully deleted key '/pcocc/global/opensm/pkeys/0x3000'\n"),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py etcd \
                  --etcd-ca-cert /path/to/ca.crt \
                  --etcd-cert-file /path/to/client.crt \
                  --etcd-key-file /path/to/client.key \
                  --etcd-user root \
                  --list --prefix /pcocc/
                """#),
            sites: [.tls, .mutualTLS],
            output: """
                Keys in etcd cluster (prefix: /pcocc/):
                  /pcocc/cluster/17/state
                  /pcocc/global/opensm/pkeys/0x2000
                  /pcocc/global/opensm/pkeys/0x2001

                """),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py etcd --etcd-user root --get /pcocc/global/opensm/pkeys/0x2000 --debug"),
            output: "Key: /pcocc/global/opensm/pkeys/0x2000\nValue: \(Row.value)\n",
            logsDetails: true),
        // Of its section on troubleshooting:
        Row(
            command: ManualCommand("./surf_ufm_pkeyd.py etcd --etcd-user root --list --debug"),
            before: ["/a": ""], after: ["/a": ""],
            output: "Keys in etcd cluster:\n  /a\n",
            logsDetails: true),
        Row(
            command: ManualCommand(
                #"./surf_ufm_pkeyd.py etcd --etcd-endpoints "etcd1.local:2379" --etcd-user root --list"#),
            before: ["/a": ""], after: ["/a": ""],
            output: "Keys in etcd cluster:\n  /a\n"),
    ]

    static let cases = rows.flatMap { row in row.sites.map { (row, $0) } }

    @Test("do to etcd what they say, over every kind of connection", arguments: cases)
    func effect(_ row: Row, _ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            for (key, value) in row.before { try await site.put(key, value) }
            let result = try await row.command.run(at: site)

            #expect(result.status == .code(0))
            #expect(result.output == row.output)
            if row.logsDetails {
                #expect(result.errors.contains("DEBUG: "))
                #expect(!result.errors.contains(site.options.etcdPassword))
            } else {
                #expect(result.errors == "")
            }
            #expect(try await site.contents() == row.after)
            // Nothing that an etcd command does concerns UFM.
            #expect(site.ufm.requests.isEmpty)
        }
    }

    @Test("put a key with a lease that really ends it", arguments: [Site.Kind.http, .tls])
    func timeToLive(_ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            let long = ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py etcd \
                  --etcd-user root \
                  --put /temp/test-key \
                  --value "temporary value" \
                  --ttl 3600
                """#)
            #expect(try await long.run(at: site).status == .code(0))
            let entry = try #require(try await site.get("/temp/test-key"))
            #expect(entry.lease != 0)
            #expect((3_570...3_600).contains(try await site.timeToLive(ofLease: entry.lease)))

            let short = try await site.run(
                "etcd", "--etcd-user", "root", "--put", "/temp/short", "--value", "x", "--ttl", "1")
            #expect(short.output == "Successfully set key '/temp/short' to 'x' with TTL 1s\n")
            try await eventually("end of /temp/short") { try await site.get("/temp/short") == nil }
            #expect(try await site.get("/temp/test-key") == entry)
        }
    }

    @Test("take a key's lease away when it is put again without one")
    func putAgain() async throws {
        try await withSite(.http) { site in
            try await site.run("etcd", "--etcd-user", "root", "--put", "/a", "--value", "1", "--ttl", "60")
            try await site.run("etcd", "--etcd-user", "root", "--put", "/a", "--value", "2")
            let entry = try #require(try await site.get("/a"))
            #expect(entry.value == "2")
            #expect(entry.lease == 0)
        }
    }
}
