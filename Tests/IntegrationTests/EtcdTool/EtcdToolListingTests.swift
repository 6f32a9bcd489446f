import Foundation
import TestSupport
import Testing

/// What `--list` and `--get` show, and of which keys.
@Suite("Listing keys")
struct EtcdToolListingTests {
    private struct Count: Decodable, Equatable {
        let count: Int64
        let revision: Int64
    }

    @Test("gives nothing but the keys with --keys-only, one per line, and nothing at all where there are none")
    func keysOnly() async throws {
        try await withSite(.http) { site in
            for key in ["/b", "/a/2", "/a/1"] { try await site.put(key, "value") }
            let all = try await site.etcdTool("--list", "--keys-only")
            #expect(all.status == .code(0))
            #expect(all.output == "/a/1\n/a/2\n/b\n")
            #expect(try await site.etcdTool("--list", "--keys-only", "--prefix", "/a/").output == "/a/1\n/a/2\n")
            let none = try await site.etcdTool("--list", "--keys-only", "--prefix", "/c")
            #expect(none.status == .code(0))
            #expect(none.output == "")
            #expect(none.errors == "")
        }
    }

    @Test("counts them with --count, also those that are no longer there, as a number or as JSON")
    func count() async throws {
        try await withSite(.http) { site in
            for key in ["/a/1", "/a/2", "/b"] { try await site.put(key, "value") }
            let before = try await site.revision()
            try await site.delete("/a/1")
            #expect(try await site.etcdTool("--list", "--count").output == "2\n")
            #expect(try await site.etcdTool("--list", "--count", "--prefix", "/a/").output == "1\n")
            #expect(try await site.etcdTool("--list", "--count", "--prefix", "/none").output == "0\n")
            #expect(try await site.etcdTool("--list", "--count", "--at-revision", "\(before)").output == "3\n")

            let now = try await site.etcdTool("--list", "--count", "--prefix", "/a/", "--output", "json")
            #expect(try count(now) == Count(count: 1, revision: before + 1))
            let then = try await site.etcdTool("--list", "--count", "--at-revision", "\(before)", "--output", "json")
            #expect(try count(then) == Count(count: 3, revision: before))
        }
    }

    @Test("stops after --limit keys, in either format", arguments: [1, 3, 4, 9])
    func limit(_ limit: Int) async throws {
        try await withSite(.http) { site in
            let keys = ["/a/1", "/a/2", "/a/3", "/a/4"]
            try await site.put((keys + ["/b"]).map { ($0, "value") })
            let first = Array(keys.prefix(limit))
            let text = try await site.etcdTool("--list", "--keys-only", "--prefix", "/a/", "--limit", "\(limit)")
            #expect(text.output == first.map { $0 + "\n" }.joined())
            let json = try await site.etcdTool(
                "--list", "--prefix", "/a/", "--limit", "\(limit)", "--output", "json")
            #expect(try ToolKey.list(json.output).map(\.key) == first)
        }
    }

    @Test("reaches --limit over several pages")
    func limitOverPages() async throws {
        try await withSite(.http, Self.largeTransactions) { site in
            try await site.put((0..<1_200).map { (String(format: "/k/%04d", $0), "value") })
            for limit in [500, 501, 1_100] {
                let result = try await site.etcdTool("--list", "--keys-only", "--limit", "\(limit)")
                #expect(result.output == (0..<limit).map { String(format: "/k/%04d\n", $0) }.joined())
            }
        }
    }

    @Test("shows the past with --at-revision: what was deleted since, and not what came since")
    func atRevision() async throws {
        try await withSite(.http) { site in
            try await site.put("/a", "old")
            try await site.put("/gone", "1")
            let then = try await site.revision()
            try await site.put("/a", "new")
            try await site.delete("/gone")
            try await site.put("/new", "1")

            let past = try await site.etcdTool("--list", "--keys-only", "--at-revision", "\(then)")
            #expect(past.output == "/a\n/gone\n")
            #expect(try await site.etcdTool("--list", "--keys-only").output == "/a\n/new\n")
            let value = try await site.etcdTool("--get", "/a", "--at-revision", "\(then)")
            #expect(value.output == "Key: /a\nValue: old\n")
            let gone = try await site.etcdTool("--get", "/gone", "--at-revision", "\(then)", "--output", "json")
            #expect(try ToolKey.one(gone.output) == ToolKey(key: "/gone", value: "1", revision: then))
            let notYet = try await site.etcdTool("--get", "/new", "--at-revision", "\(then)")
            expectOneComplaint(notYet, code: 1, naming: ["Key '/new' not found"], at: site, "--get /new")
        }
    }

    @Test("says in one line that a revision is compacted or yet to come", arguments: ["text", "json"])
    func missingRevision(_ format: String) async throws {
        try await withSite(.http) { site in
            try await site.put("/a", "1")
            let old = try await site.revision()
            try await site.put("/a", "2")
            try await site.put("/a", "3")
            try await site.etcd.etcdctl("compact", "\(old + 1)")
            let rows = [("\(old)", "compacted"), ("\(old + 100)", "future")]
            for (revision, word) in rows {
                for operation in [["--list"], ["--list", "--count"], ["--get", "/a"]] {
                    let arguments = operation + ["--at-revision", revision, "--output", format]
                    let result = try await site.run(["etcd", "--etcd-user", "root"] + arguments)
                    expectOneComplaint(result, code: 1, naming: [word], at: site, "\(arguments)")
                }
            }
            // The revision of the compaction itself is still there.
            #expect(try await site.etcdTool("--get", "/a", "--at-revision", "\(old + 1)").output.contains("Value: 2"))
        }
    }

    @Test("tells with --lease how long a key has left, and of which lease")
    func lease() async throws {
        try await withSite(.http) { site in
            try await site.put("/for-ever", "1")
            _ = try await site.etcdTool("--put", "/for-now", "--value", "2", "--ttl", "600")
            let entry = try #require(try await site.get("/for-now"))
            // As `etcdctl lease list` names it.
            let id = String(entry.lease, radix: 16)
            #expect(try await site.etcd.etcdctl("lease", "list").contains(id))
            let words = try Regex("\(id), (59[0-9]|600) s of 600 s left")

            let get = try await site.etcdTool("--get", "/for-now", "--lease").output
            #expect(get.hasPrefix("Key: /for-now\nValue: 2\nLease: "))
            #expect(get.contains(words))
            #expect(
                try await site.etcdTool("--get", "/for-ever", "--lease").output
                    == "Key: /for-ever\nValue: 1\nLease: none\n")
            let list = try await site.etcdTool("--list", "--lease").output
            #expect(list.hasPrefix("Keys in etcd cluster:\n  /for-ever\n  /for-now\n    Lease: "))
            #expect(list.contains(words))

            let json = try await site.etcdTool("--list", "--lease", "--output", "json")
            let keys = try ToolKey.list(json.output)
            #expect(keys.map(\.key) == ["/for-ever", "/for-now"])
            #expect(keys[0].lease == nil)
            for lease in [
                keys[1].lease,
                try ToolKey.one(
                    try await site.etcdTool("--get", "/for-now", "--lease", "--output", "json").output
                ).lease,
            ] {
                let lease = try #require(lease)
                #expect(lease.id == id)
                #expect(lease.seconds_granted == 600)
                #expect((590...600).contains(try #require(lease.seconds_left)))
            }
            // Without the option nobody asks etcd for it.
            let plain = try await site.etcdTool("--get", "/for-now", "--output", "json")
            #expect(try ToolKey.one(plain.output) == ToolKey(key: "/for-now", value: "2", revision: entry.revision))
        }
    }

    @Test("of 5,000 keys is complete and sorted, and the same as etcdctl's, in both formats")
    func manyKeys() async throws {
        try await withSite(.http, Self.largeTransactions) { site in
            // Numbers without leading zeros: their order in etcd is not the order in which they are put.
            try await site.put((0..<5_000).map { ("/many/\($0 * 7_919 % 5_000)", "\($0)") })
            try await site.put("/other", "1")
            let control = try await site.etcd.etcdctl("get", "--prefix", "--keys-only", "--", "/many/")
            let expected = control.split(separator: "\n").map(String.init)
            try #require(expected.count == 5_000)

            let bare = try await site.etcdTool("--list", "--keys-only", "--prefix", "/many/")
            #expect(bare.status == .code(0))
            #expect(bare.output.split(separator: "\n").map(String.init) == expected)
            let text = try await site.etcdTool("--list", "--prefix", "/many/")
            #expect(
                text.output
                    == "Keys in etcd cluster (prefix: /many/):\n" + expected.map { "  \($0)\n" }.joined())
            let json = try await site.etcdTool("--list", "--prefix", "/many/", "--output", "json")
            #expect(try ToolKey.list(json.output).map(\.key) == expected)
            #expect(expected == expected.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            #expect(try await site.etcdTool("--list", "--count", "--prefix", "/many/").output == "5000\n")
        }
    }

    @Test("gives valid JSON where there is nothing")
    func emptyJSON() async throws {
        try await withSite(.http) { site in
            let result = try await site.etcdTool("--list", "--prefix", "/none", "--output", "json")
            #expect(result.status == .code(0))
            #expect(try ToolKey.list(result.output) == [])
        }
    }

    @Test("fails where its results cannot be written")
    func fullDisk() async throws {
        try await withSite(.http, Self.largeTransactions) { site in
            try await site.put((0..<1_200).map { ("/k/\($0)", "value") })
            for limit in ["1", "1200"] {
                var command = try site.command([])
                let tool = ["etcd", "--etcd-user", "root", "--list", "--limit", limit]
                command.arguments = ["-c", #"exec "$@" > /dev/full"#, "sh", command.program] + tool
                command.program = "/bin/sh"
                let result = try await CommandRunner.run(command)
                expectOneComplaint(
                    result, code: 1, naming: ["standard output", "No space left"], at: site, "--limit \(limit)")
            }
        }
    }

    private static var largeTransactions: Site.Options {
        Site.Options(etcdArguments: ["--max-txn-ops", "10000"])
    }

    private func count(_ result: CommandResult) throws -> Count {
        try JSONDecoder().decode(Count.self, from: Data(result.output.utf8))
    }
}
