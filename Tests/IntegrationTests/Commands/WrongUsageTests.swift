import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Command lines that make no sense: one line that names the culprit, exit code 64, and nothing else happens.
@Suite("Wrong usage")
struct WrongUsageTests {
    /// Arguments of a mode, besides those that lead to its server, and what the complaint must name.
    struct Row: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let culprits: [String]

        init(_ arguments: String..., naming culprits: String...) {
            self.arguments = arguments
            self.culprits = culprits
        }

        var testDescription: String { arguments.joined(separator: " ") }
    }

    private static let guid = "0002c903000e0b72"

    static let ufmRows = [
        // PKeys that nobody may write, and texts that are none
        Row("--create-pkey", "0x7fff", naming: "--create-pkey", "0x7fff", "reserved"),
        Row("--create-pkey", "0x0", naming: "--create-pkey", "0x0", "reserved"),
        Row("--create-pkey", "0x0000", naming: "--create-pkey", "0x0", "reserved"),
        Row("--create-pkey", "0x8001", naming: "--create-pkey", "Invalid PKey format: 0x8001"),
        Row("--create-pkey", "0xffff", naming: "--create-pkey", "Invalid PKey format: 0xffff"),
        Row("--create-pkey", "0x10000", naming: "--create-pkey", "Invalid PKey format: 0x10000"),
        Row("--create-pkey", "banana", naming: "--create-pkey", "Invalid PKey format: banana"),
        Row("--create-pkey", "0x", naming: "--create-pkey", "Invalid PKey format: 0x"),
        Row("--create-pkey", "", naming: "--create-pkey", "Invalid PKey format"),
        Row("--create-pkey", "0x2_000", naming: "--create-pkey", "Invalid PKey format: 0x2_000"),
        Row("--create-pkey", "0x2000 ", naming: "--create-pkey", "Invalid PKey format"),
        Row("--create-pkey", "-0x2000", naming: "--create-pkey"),
        Row("--delete-pkey", "0x7fff", naming: "--delete-pkey", "0x7fff", "reserved"),
        Row("--delete-pkey", "0x0", naming: "--delete-pkey", "0x0", "reserved"),
        Row("--delete-pkey", "0x4000,0x4001", naming: "--delete-pkey", "0x4000,0x4001"),
        Row("--pkey", "0x7fff", "--guids", guid, naming: "--pkey", "0x7fff", "reserved"),
        Row("--pkey", "0x7fff", "--guids", guid, "--remove-guids", naming: "--pkey", "0x7fff", "reserved"),
        Row("--pkey", "0x8001", "--guids", guid, naming: "--pkey", "Invalid PKey format: 0x8001"),
        Row("--get-pkey", "garbage", naming: "--get-pkey", "Invalid PKey format: garbage"),
        // GUIDs
        Row("--pkey", "0x4000", "--guids", "0002c903000e0b", naming: "--guids", "Invalid GUID format: 0002c903000e0b"),
        Row("--pkey", "0x4000", "--guids", "\(guid),xyz", naming: "--guids", "Invalid GUID format: xyz"),
        Row("--pkey", "0x4000", "--guids", "\(guid)0", naming: "--guids", "Invalid GUID format: \(guid)0"),
        Row("--pkey", "0x4000", "--guids", "04_f720300f55176", naming: "--guids", "Invalid GUID format"),
        Row("--pkey", "0x4000", "--guids", "0000000000000000", naming: "--guids", "zero GUID"),
        Row("--pkey", "0x4000", "--guids", ",", naming: "--guids"),
        Row("--pkey", "0x4000", "--guids", "", naming: "--guids"),
        Row("--pkey", "0x4000", naming: "--pkey", "--guids"),
        Row("--guids", guid, naming: "--pkey"),
        // Operations
        Row(naming: "--list", "--create-pkey", "--delete-pkey"),
        Row("--list", "--create-pkey", "0x5000", naming: "--list", "--create-pkey"),
        Row("--create-pkey", "0x5000", "--delete-pkey", "0x4000", naming: "--create-pkey", "--delete-pkey"),
        Row("--pkey", "0x4000", "--guids", guid, "--delete-pkey", "0x4000", naming: "--pkey", "--delete-pkey"),
        Row("--list", "--remove-guids", naming: "--remove-guids"),
        Row("--list", "--guids", guid, naming: "--guids"),
        // Values of other options
        Row("--pkey", "0x4000", "--guids", guid, "--membership", "half", naming: "--membership", "half"),
        Row("--list", "--output", "xml", naming: "--output", "xml"),
        Row("--list", "--ufm-fingerprint", "sha256:00", naming: "--ufm-fingerprint"),
        Row("--list", "--no-ssl-verify", "--ufm-ca-cert", "/ca", naming: "--no-ssl-verify", "--ufm-ca-cert"),
        Row("--list", "--gids", naming: "--gids"),
        Row("--list", "0x4000", naming: "0x4000"),
        Row("--create-pkey", naming: "--create-pkey"),
    ]

    static let etcdRows = [
        Row(naming: "--list", "--get", "--put", "--delete"),
        Row("--list", "--get", "/a", naming: "--list", "--get"),
        Row("--put", "/a", "--value", "2", "--delete", "/b", naming: "--put", "--delete"),
        Row("--put", "/a", naming: "--put", "--value"),
        Row("--get", "/a", "--value", "2", naming: "--value", "--put"),
        Row("--put", "", "--value", "2", naming: "--put"),
        Row("--delete", "", naming: "--delete"),
        Row("--put", "/a", "--value", "2", "--ttl", "0", naming: "--ttl", "0"),
        Row("--put", "/a", "--value", "2", "--ttl=-5", naming: "--ttl", "-5"),
        Row("--put", "/a", "--value", "2", "--ttl", "soon", naming: "--ttl", "soon"),
        Row("--put", "/a", "--value", "2", "--ttl", "99999999999999999999", naming: "--ttl"),
        Row("--delete", "/a", "--ttl", "5", naming: "--ttl", "--put"),
        Row("--delete", "/a", "--prefix", "/", naming: "--prefix", "--list"),
        Row("--list", "--etcd-port", "0", naming: "--etcd-port"),
        Row("--list", "--etcd-port", "65536", naming: "--etcd-port", "65536"),
        Row("--list", "--etcd-timeout", "0", naming: "--etcd-timeout"),
        Row("--list", "--etcd-timeout", "-1", naming: "--etcd-timeout"),
        Row("--list", "--etcd-protocol", "ftp", naming: "--etcd-protocol", "ftp"),
        Row("--list", "--etcd-key-file", "/key", naming: "--etcd-key-file", "--etcd-cert-file"),
    ]

    static let monitorRows = [
        Row("--poll-interval", "0", naming: "--poll-interval"),
        Row("--poll-interval", "often", naming: "--poll-interval", "often"),
        Row("--index0", "some", naming: "--index0", "some"),
        Row("--pkey-prefix", "/pcocc", naming: "--pkey-prefix", "/pcocc"),
        Row("--fabric", "a/b", naming: "--fabric", "a/b"),
        Row("--ufm-concurrency", "0", naming: "--ufm-concurrency"),
        Row("--list", naming: "--list"),
    ]

    /// The modes with their rows, and what leads each to its server.
    enum Mode: String, Sendable, CaseIterable {
        case ufm, etcd, monitor

        var rows: [Row] {
            switch self {
            case .ufm: ufmRows
            case .etcd: etcdRows
            case .monitor: monitorRows
            }
        }

        func connection(to site: Site) -> [String] {
            switch self {
            case .ufm: ["--username", "admin", "--password", site.options.ufmPassword] + site.ufmTrust
            case .etcd: ["--etcd-user", "root", "--etcd-password", site.options.etcdPassword]
            case .monitor: site.etcdArguments + ["--ufm-user", "admin"] + site.ufmTrust
            }
        }
    }

    @Test("is refused in one line that names the culprit, and no server is asked", arguments: Mode.allCases)
    func refusal(_ mode: Mode) async throws {
        var options = Site.Options()
        options.simulator.ufm.partitions = [Partition(key: 0x4000, members: [0xdead: .init()])]
        try await withSite(.http, options) { site in
            try await site.put("/a", "1")
            try await site.put("/b", "1")
            for row in mode.rows {
                let result = try await site.run([mode.rawValue] + mode.connection(to: site) + row.arguments)
                expectOneComplaint(result, code: 64, naming: row.culprits, at: site, "\(mode) \(row.testDescription)")
            }
            #expect(site.ufm.requests.isEmpty)
            #expect(try await site.contents() == ["/a": "1", "/b": "1"])
        }
    }

    static let otherRows = [
        Row("frobnicate", "--ufm-user", "admin", naming: "frobnicate"),
        Row("ufm", "--list", naming: "--username"),
        Row("ufm", "--username", "admin", "--list", "--password", naming: "--password"),
        Row("monitor", naming: "--ufm-user"),
        Row(naming: "--ufm-user"),
        Row("etcd", "--etcd-password", "n0t-shown", "--list", naming: "--etcd-password", "--etcd-user"),
        Row("etcd", "--etcd-prompt-password", "--list", naming: "--etcd-prompt-password", "--etcd-user"),
    ]

    @Test("of what a mode needs is refused likewise")
    func missingOptions() async throws {
        try await withSite(.http) { site in
            for row in Self.otherRows {
                let result = try await site.run(row.arguments)
                expectOneComplaint(result, code: 64, naming: row.culprits, at: site, row.testDescription)
                #expect(!result.errors.contains("n0t-shown"))
            }
            #expect(site.ufm.requests.isEmpty)
        }
    }

    @Test(
        "is not a call for help, which goes to standard output with exit code 0",
        arguments: [
            ["--help"], ["-h"], ["ufm", "--help"], ["etcd", "-h"], ["monitor", "--help"],
        ])
    func help(_ arguments: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let result = try await CommandRunner.run(
                Command(
                    try Programs.pkeyd(), arguments, environment: ["PCOCC_SYSTEM_CONF_DIR": directory.file("none")]))
            #expect(result.status == .code(0))
            #expect(result.output.contains("USAGE: "))
            #expect(result.errors == "")
        }
    }
}
