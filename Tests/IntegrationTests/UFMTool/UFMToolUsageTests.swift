import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Options of the ufm mode that do not go together.
@Suite("Wrong usage of the ufm mode")
struct UFMToolUsageTests {
    typealias Row = WrongUsageTests.Row

    private static let guid = "0002c903000e0b72"

    static let rows = [
        Row("--list", "--find-guid", guid, naming: "--list", "--find-guid"),
        Row("--export", "a", "--import", "b", naming: "--export", "--import"),
        Row("--ping", "--list", naming: "--ping", "--list"),
        Row("--find-guid", "xyz", naming: "--find-guid", "Invalid GUID format: xyz"),
        Row("--find-guid", naming: "--find-guid"),
        Row("--export", naming: "--export"), Row("--export", "", naming: "--export", "empty"),
        Row("--import", "", naming: "--import", "empty"),
        // Members
        Row("--guids", naming: "--list"), Row("--get-pkey", "0x4000", "--guids", naming: "--guids", "--list"),
        Row("--ping", "--guids", naming: "--guids", "--list"),
        Row("--pkey", "0x4000", "--guids", naming: "--guids", "GUID"),
        Row("--pkey", "0x4000", "--guids", "--remove-guids", naming: "--guids", "GUID"),
        Row("--pkey", "0x4000", "--set-guids", naming: "--guids"),
        Row("--pkey", "0x4000", "--set-guids", "--guids", "", naming: "--guids"),
        Row("--pkey", "0x4000", "--set-guids", "--full", guid, "--limited", ",", naming: "--limited"),
        Row(
            "--pkey", "0x4000", "--guids", guid, "--set-guids", "--remove-guids", naming: "--remove-guids",
            "--set-guids"),
        Row("--pkey", "0x4000", "--full", guid, "--remove-guids", naming: "--full", "--remove-guids"),
        Row("--pkey", "0x4000", "--limited", "xyz", naming: "--limited", "Invalid GUID format: xyz"),
        Row("--list", "--full", guid, naming: "--full", "--pkey"),
        Row("--list", "--limited", guid, naming: "--limited", "--pkey"),
        Row("--list", "--set-guids", naming: "--set-guids", "--pkey"),
        Row("--find-guid", guid, "--guids", guid, naming: "--guids", "--pkey"),
        Row("--pkey", "0x7fff", "--guids", guid, "--set-guids", naming: "--pkey", "0x7fff", "reserved"),
        // The rest
        Row("--list", "--dry-run", naming: "--dry-run", "--import"),
        Row("--export", "-", "--prune", naming: "--prune", "--import"),
        Row("--list", "--yes", naming: "--yes", "--delete-pkey"),
        Row("--create-pkey", "0x5000", "--yes", naming: "--yes"),
        Row("--ping", "--managed", naming: "--managed", "--list"),
        Row("--export", "-", "--managed", naming: "--managed", "--list"),
        Row("--list", "--fabric", "a", naming: "--fabric", "--managed"),
        Row("--list", "--etcd-user", "root", naming: "--etcd-user", "--managed"),
        Row("--list", "--etcd-endpoints", "a", naming: "--etcd-endpoints", "--managed"),
        Row("--list", "--ufm-token-file", "/t", naming: "--username", "--ufm-token-file"),
        Row("--list", "--ufm-key-file", "/k", naming: "--ufm-key-file", "--ufm-cert-file"),
        Row("--list", "--ufm-cert-file", "/c", naming: "--ufm-cert-file", "--http"),
    ]

    static let otherRows = [
        Row("ufm", "--password", "n0t-shown", "--list", naming: "--password", "--username"),
        Row("ufm", "--list", naming: "--username", "--ufm-token-file", "--ufm-cert-file"),
        Row("monitor", "--ufm-password", "n0t-shown", naming: "--ufm-password", "--ufm-user"),
        Row("monitor", "--ufm-user", "admin", "--ufm-token-file", "/t", naming: "--ufm-user", "--ufm-token-file"),
    ]

    @Test("is refused in one line that names the culprit, and no server is asked")
    func refusal() async throws {
        try await withUFM(.made(0x4000, full: [0xdead])) { site in
            for row in Self.rows {
                let result = try await site.ufmTool(row.arguments)
                expectOneComplaint(result, code: 64, naming: row.culprits, at: site, row.testDescription)
            }
            for row in Self.otherRows {
                let result = try await site.run(row.arguments)
                expectOneComplaint(result, code: 64, naming: row.culprits, at: site, row.testDescription)
                #expect(!result.errors.contains("n0t-shown"))
            }
            #expect(site.ufm.requests.isEmpty)
        }
    }
}
