import TestSupport
import Testing

/// Options of the etcd mode that do not go together.
@Suite("Wrong usage of the etcd mode")
struct EtcdToolUsageTests {
    typealias Row = WrongUsageTests.Row

    static let rows = [
        Row("--keys-only", "--get", "/a", naming: "--keys-only", "--list"),
        Row("--count", "--get", "/a", naming: "--count", "--list"),
        Row("--limit", "1", "--get", "/a", naming: "--limit", "--list"),
        Row("--limit", "1", "--watch", "/", naming: "--limit", "--list"),
        Row("--at-revision", "1", "--watch", "/", naming: "--at-revision", "--list", "--get"),
        Row("--at-revision", "1", "--put", "/a", "--value", "2", naming: "--at-revision"),
        Row("--from-revision", "1", "--list", naming: "--from-revision", "--watch"),
        Row("--from-revision", "1", "--get", "/a", naming: "--from-revision", "--watch"),
        Row("--lease", "--watch", naming: "--lease", "--list", "--get"),
        Row("--lease", "--status", naming: "--lease"),
        Row("--decode", "--delete", "/a", naming: "--decode", "--list", "--get", "--watch"),
        Row("--decode", "--put", "/a", "--value", "2", naming: "--decode"),
        Row("--list", "--keys-only", "--count", naming: "--keys-only", "--count"),
        Row("--list", "--keys-only", "--lease", naming: "--keys-only", "--lease"),
        Row("--list", "--keys-only", "--decode", naming: "--keys-only", "--decode"),
        Row("--list", "--count", "--limit", "1", naming: "--count", "--limit"),
        Row("--list", "--count", "--decode", naming: "--count", "--decode"),
        Row("--list", "--limit", "0", naming: "--limit", "0"),
        Row("--list", "--limit=-1", naming: "--limit", "-1"),
        Row("--list", "--limit", "many", naming: "--limit", "many"),
        Row("--list", "--at-revision", "0", naming: "--at-revision", "0"),
        Row("--get", "/a", "--at-revision=-3", naming: "--at-revision", "-3"),
        Row("--watch", "--from-revision", "0", naming: "--from-revision", "0"),
        Row("--watch", "--from-revision", "99999999999999999999", naming: "--from-revision"),
        Row("--watch", "/", "--list", naming: "--watch", "--list"),
        Row("--watch", "/", "--status", naming: "--watch", "--status"),
        Row("--watch", "/a", "/b", naming: "/b"),
        Row("--watch", "/a", "--prefix", "/b", naming: "--watch", "--prefix"),
        Row("--list", "/a", naming: "/a", "--watch"),
        Row("--status", "/a", naming: "/a", "--watch"),
        Row("--status", "--prefix", "/", naming: "--prefix"),
        Row("--recursive", naming: "--delete"),
        Row("--recursive", "--list", "--prefix", "/", naming: "--recursive", "--delete"),
        Row("--recursive", "--watch", "--prefix", "/", naming: "--recursive", "--delete"),
        Row("--recursive", "--get", "/a", naming: "--recursive", "--delete"),
        Row("--recursive", "--put", "/a", "--value", "2", naming: "--recursive", "--delete"),
        Row("--recursive", "--status", naming: "--recursive", "--delete"),
        Row("--recursive", "--delete", "/a", "--prefix", "/a", naming: "--delete", "--prefix"),
        Row("--recursive", "--yes", naming: "--delete"),
        Row("--delete", "/a", "--yes", naming: "--yes", "--recursive"),
        Row("--list", "--yes", naming: "--yes", "--recursive"),
    ]

    @Test("is refused in one line that names the culprit, and etcd stays as it is")
    func refusal() async throws {
        try await withSite(.http) { site in
            try await site.put("/a", "1")
            let revision = try await site.revision()
            for row in Self.rows {
                let result = try await site.run(["etcd", "--etcd-user", "root"] + row.arguments)
                expectOneComplaint(result, code: 64, naming: row.culprits, at: site, row.testDescription)
            }
            #expect(try await site.revision() == revision)
        }
    }
}
