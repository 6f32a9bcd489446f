import Foundation
import TestSupport
import Testing

/// `--status`: every endpoint, and what is wrong with it.
@Suite("Status of etcd")
struct EtcdToolStatusTests {
    /// An endpoint as the tool tells it.
    private struct Endpoint: Decodable {
        let endpoint: String
        let version: String?
        let member_id: String?
        let cluster_id: String?
        let is_leader: Bool?
        let revision: Int64?
        let raft_term: UInt64?
        let database_bytes: Int64?
        let latency_ms: Double?
        let problems: [String]
    }

    /// An endpoint as etcdctl tells it.
    private struct Control: Decodable {
        struct Status: Decodable {
            struct Header: Decodable {
                let member_id: UInt64
                let cluster_id: UInt64
                let revision: Int64
                let raft_term: UInt64
            }

            let header: Header
            let version: String
            let dbSize: Int64
        }

        let Status: Status
    }

    @Test("is what etcdctl tells", arguments: [Site.Kind.http, .tls, .mutualTLS])
    func good(_ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            try await site.put("/a", "1")
            let control = try await Self.control(site)
            let json = try await site.run(["etcd"] + site.etcdArguments + ["--status", "--output", "json"])
            #expect(json.status == .code(0))
            #expect(json.errors == "")
            let endpoint = try #require(try Self.endpoints(json).first)
            #expect(endpoint.endpoint == site.etcd.clientURL)
            #expect(endpoint.version == control.version)
            #expect(endpoint.member_id == String(control.header.member_id, radix: 16))
            #expect(endpoint.cluster_id == String(control.header.cluster_id, radix: 16))
            #expect(endpoint.is_leader == true)
            #expect(endpoint.revision == control.header.revision)
            #expect(endpoint.raft_term == control.header.raft_term)
            #expect(try #require(endpoint.latency_ms) > 0)
            #expect(endpoint.problems == [])

            let text = try await site.run(["etcd"] + site.etcdArguments + ["--status"])
            let after = try await Self.control(site).dbSize
            try #require(control.dbSize <= after)
            let sizes = control.dbSize...after
            #expect(sizes.contains(try #require(endpoint.database_bytes)))
            #expect(text.status == .code(0))
            let lines = text.output.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(Self.cells(lines[0]) == Self.header)
            let cells = Self.cells(lines[1])
            #expect(
                cells.prefix(5) == [
                    site.etcd.clientURL, control.version, "yes", "\(control.header.revision)",
                    "\(control.header.raft_term)",
                ])
            let kibibytes = try #require(Int64(cells[5].prefix { $0 != " " }))
            #expect(cells[5] == "\(kibibytes) KiB")
            #expect((sizes.lowerBound / 1_024...sizes.upperBound / 1_024).contains(kibibytes))
            #expect(cells.last == "none")
        }
    }

    @Test("names the endpoints that are dead, and shows the others all the same")
    func dead() async throws {
        try await withSite(.http) { site in
            let endpoints = "127.0.0.1:1,\(site.etcd.endpoint),localhost:2"
            let text = try await site.etcdTool("--status", "--etcd-endpoints", endpoints)
            #expect(text.status == .code(1))
            #expect(text.errors == "ERROR: no status of 2 of 3 endpoints: http://127.0.0.1:1, http://localhost:2\n")
            let rows = text.output.split(separator: "\n").map(Self.cells)
            #expect(rows.map(\.first) == ["ENDPOINT", "http://127.0.0.1:1", site.etcd.clientURL, "http://localhost:2"])
            #expect(rows.map { $0[2] } == ["LEADER", "-", "yes", "-"])
            #expect(rows[1].last?.contains("Connection refused") == true)
            #expect(rows[2].last == "none")

            let json = try await site.etcdTool("--status", "--etcd-endpoints", endpoints, "--output", "json")
            #expect(json.status == .code(1))
            #expect(json.errors == text.errors)
            let documents = try Self.endpoints(json)
            #expect(documents.map { $0.version == nil } == [true, false, true])
            #expect(documents.map(\.problems.count) == [1, 0, 1])
            #expect(documents[2].problems.first?.contains("Connection refused") == true)
        }
    }

    @Test("marks the endpoint that is of another cluster than most")
    func otherCluster() async throws {
        try await withSite(.http) { site in
            let other = try await EtcdServer.start(site.etcd.options)
            let port = site.etcdPort
            let result = try await site.etcdTool(
                "--status", "--output", "json", "--etcd-endpoints",
                "\(other.endpoint),\(site.etcd.endpoint),localhost:\(port)")
            #expect(result.status == .code(1))
            #expect(result.errors == "ERROR: the endpoints are of several clusters\n")
            let documents = try Self.endpoints(result)
            #expect(documents.map(\.problems) == [["of another cluster than most endpoints"], [], []])
            #expect(documents[0].cluster_id != documents[1].cluster_id)
            #expect(documents[1].cluster_id == documents[2].cluster_id)
            try await other.kill()
        }
    }

    @Test("tells an alarm")
    func alarm() async throws {
        try await withSite(.http, Site.Options(etcdArguments: ["--quota-backend-bytes", "1000000"])) { site in
            await #expect(throws: HarnessError.self) {
                for number in 0..<40 { try await site.put("/\(number)", String(repeating: "x", count: 60_000)) }
            }
            let text = try await site.etcdTool("--status")
            #expect(text.status == .code(0))
            #expect(text.output.contains("alarm NOSPACE"))
            let json = try await site.etcdTool("--status", "--output", "json")
            #expect(try Self.endpoints(json).first?.problems.contains("alarm NOSPACE") == true)
        }
    }

    @Test("needs the right password")
    func wrongPassword() async throws {
        try await withSite(.http) { site in
            let result = try await site.etcdTool("--status", "--etcd-password", FailingCommand.wrongPassword)
            #expect(result.status == .code(1))
            #expect(result.output.contains("wrong user or password"))
            expectOneComplaint(inErrors: result.errors, naming: [site.etcd.clientURL], "--status")
            #expect(!(result.output + result.errors).contains(FailingCommand.wrongPassword))
        }
    }

    /// What etcdctl tells of the endpoint.
    ///
    /// etcd writes its database in the background, a tenth of a second after a change, so that the file may grow
    /// between two questions; it never shrinks unasked. Our answer must lie between etcdctl's before and after it.
    private static func control(_ site: Site) async throws -> Control.Status {
        let output = try await site.etcd.etcdctl("endpoint", "status", "--write-out=json")
        return try #require(try JSONDecoder().decode([Control].self, from: Data(output.utf8)).first?.Status)
    }

    private static let header = [
        "ENDPOINT", "VERSION", "LEADER", "REVISION", "TERM", "DB SIZE", "LATENCY", "CLUSTER", "PROBLEMS",
    ]

    private static func endpoints(_ result: CommandResult) throws -> [Endpoint] {
        try JSONDecoder().decode([Endpoint].self, from: Data(result.output.utf8))
    }

    /// Columns are at least two blanks apart, and no cell has so many in it.
    private static func cells(_ line: Substring) -> [String] {
        line.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
