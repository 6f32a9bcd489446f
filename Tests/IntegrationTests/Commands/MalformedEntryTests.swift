import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Entries under the PKey prefix that pcocc would not write: none of them may harm the others.
@Suite("Malformed entries in etcd")
struct MalformedEntryTests {
    /// An entry, and what the daemon must say of it.
    struct Row: Sendable, CustomTestStringConvertible {
        /// What follows the prefix; with the value in the notation of Go's string literals when `isQuoted`.
        let key: String
        let value: String
        var isQuoted = false
        /// What the warning must hold besides the key.
        let warning: String
        /// The partition that gets the one GUID that is right; nil where nothing is to be made.
        var synced: UInt16?

        var testDescription: String { "\(key): \(value.prefix(60))" }

        /// How the key is shown: bytes that are not text as replacement characters.
        var shownKey: String { isQuoted ? String(key.prefix { $0 != "\\" }) : key }
    }

    private static let good = "{'host_guids': ['0x043f720300f55176'], 'vf_guids': []}"
    private static let goodMembers: Set<UInt64> = [0x043f_7203_00f5_5176]

    static let rows = [
        // Values from which nothing can be read
        Row(key: "0x2101", value: "", warning: "the value is empty"),
        Row(key: "0x2102", value: "null", warning: "the value is empty"),
        Row(key: "0x2103", value: "hello", warning: "expected a mapping"),
        Row(key: "0x2104", value: "['0x043f720300f55176']", warning: "expected a mapping"),
        Row(key: "0x2105", value: "42", warning: "expected a mapping"),
        Row(key: "0x2106", value: "{'host_guids': ['0x043f720300f55176'", warning: "not JSON"),
        Row(key: "0x2107", value: "{\n\t- :", warning: "not JSON"),
        Row(key: "0x2108", value: "{}", warning: "neither host_guids nor vf_guids"),
        Row(key: "0x2109", value: "{'hosts': []}", warning: "neither host_guids nor vf_guids"),
        Row(
            key: "0x210a", value: "{'host_guids': '0x043f720300f55176'}", warning: "host_guids: expected a list"),
        Row(
            key: "0x210b", value: "{'host_guids': ['0x043f720300f55176'], 'vf_guids': null}",
            warning: "vf_guids: expected a list"),
        Row(
            key: "0x210c", value: #"{'host_guids': ['\xff\xfe']}"#, isQuoted: true, warning: "not JSON"),
        Row(key: "0x210d", value: #"\x00\x01\x02"#, isQuoted: true, warning: "not JSON"),
        Row(
            key: "0x210e", value: "{'host_guids': [" + String(repeating: "'", count: 1_000_000), warning: "not JSON"),
        Row(
            key: "0x210f", value: String(repeating: "[", count: 100_000), warning: "not JSON"),
        Row(
            key: "0x2207", value: "{'host_guids': ['nonsense', 17], 'vf_guids': []}",
            warning: "names no valid GUID: host_guids: skipped an entry: Invalid GUID format: nonsense"),
        // Values of which a part can be read
        Row(
            key: "0x2201", value: "{'host_guids': ['0x043f720300f55176', 'nonsense'], 'vf_guids': []}",
            warning: "host_guids: skipped an entry: Invalid GUID format: nonsense", synced: 0x2201),
        Row(
            key: "0x2202", value: "{'host_guids': ['0x043f720300f55176', '0x0000000000000000']}",
            warning: "zero GUID", synced: 0x2202),
        Row(
            key: "0x2203", value: "{'host_guids': ['0x043f720300f55176', ['0x043f720300f55177'], {}, null]}",
            warning: "where a GUID should be", synced: 0x2203),
        Row(
            key: "0x2204", value: "{'host_guids': ['0x043f720300f55176', 17, 1.5, true]}",
            warning: "Invalid GUID format: 17", synced: 0x2204),
        Row(
            key: "0x2205", value: "{'host_guids': ['0x043f720300f55176', '0x043f720300f551760']}",
            warning: "Invalid GUID format", synced: 0x2205),
        Row(
            key: "0x2206", value: "{'host_guids': ['0x043f720300f55176', '-43f720300f55176', '04_f720300f55176']}",
            warning: "Invalid GUID format: -43f720300f55176", synced: 0x2206),
        Row(
            key: "0x2208", value: "{'host_guids': [], 'vf_guids': []}", warning: "names no valid GUID"),
        // Keys that name no partition of ours
        Row(key: "0x7fff", value: good, warning: "0x7fff (reserved"),
        Row(key: "0x0", value: good, warning: "0x0 (reserved"),
        Row(key: "0x8001", value: good, warning: "Invalid PKey format: 0x8001"),
        Row(key: "0xa100", value: good, warning: "Invalid PKey format: 0xa100"),
        Row(key: "0x12345", value: good, warning: "Invalid PKey format: 0x12345"),
        Row(key: "garbage", value: good, warning: "Invalid PKey format: garbage"),
        Row(key: "", value: good, warning: "Invalid PKey format"),
        Row(key: "0x2_001", value: good, warning: "Invalid PKey format: 0x2_001"),
        Row(key: "0x2300 ", value: good, warning: "Invalid PKey format: 0x2300"),
        Row(key: "0x2301/deeper", value: good, warning: "Invalid PKey format: 0x2301/deeper"),
        Row(key: "8962", value: good, warning: "Invalid PKey format: 8962"),
        Row(key: #"0x2303\xff\xfe"#, value: "{}", isQuoted: true, warning: "Invalid PKey format"),
    ]

    /// When the entries come: before the daemon reads the whole directory, or as events.
    enum Moment: String, Sendable, CaseIterable {
        case beforeTheDaemon, whileItRuns
    }

    @Test(
        "are named in a warning each, and every other partition is synced", arguments: Moment.allCases,
        [Site.Kind.http, .tls])
    func others(_ moment: Moment, _ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"])
            if moment == .beforeTheDaemon { try await putAll(at: site) }
            let daemon = try site.startDaemon()
            try await site.waitForMembers(Self.goodMembers, of: 0x2000)
            if moment == .whileItRuns { try await putAll(at: site) }
            // Last of all one more good one: everything before has been seen when it is there.
            try await site.put(pkey: "0x2001", virtualFunctions: ["c0cc200100000000"])
            try await site.waitForMembers([0xc0cc_2001_0000_0000], of: 0x2001)

            var wanted: [UInt16: Set<UInt64>] = [0x2000: Self.goodMembers, 0x2001: [0xc0cc_2001_0000_0000]]
            for number in Self.rows.compactMap(\.synced) { wanted[number] = Self.goodMembers }
            try await site.waitForPartitions(wanted)
            #expect(site.partition(0x7fff)?.members.isEmpty == true)
            for row in Self.rows {
                let line = try await daemon.waitForLine("warning of \(row.testDescription)") {
                    $0.text.hasPrefix("WARNING: \(Site.pkeyPrefix)\(row.shownKey)") && $0.text.contains(row.warning)
                }
                // A value of a megabyte must not make a line of a megabyte.
                #expect(line.text.utf8.count < 1_000, "\(row.testDescription)")
            }
            #expect(try await daemon.stop() == .code(0))
            #expect(!daemon.output.contains("ERROR: "))
            #expect(site.ufm.writes.allSatisfy { !$0.path.contains("7fff") && !$0.body.contains("7fff") })
        }
    }

    @Test(
        "hold the partition at what it was, until the entry is mended or goes",
        arguments: [
            "hello", "{'host_guids': ['0x043f720300f55177'", "{}", "{'host_guids': 'all'}", "",
            "{'host_guids': ['mlx5_0', 'mlx5_1'], 'vf_guids': ['?']}",
        ])
    func hold(_ value: String) async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176", "043f720300f55177"])
            try await site.waitForMembers([0x043f_7203_00f5_5176, 0x043f_7203_00f5_5177], of: 0x2000)
            try await site.put(Site.pkeyPrefix + "0x2000", value)
            try await daemon.waitForLine(containing: "PKey 0x2000 is held as it is")
            // What comes after it is done, and nothing has been done to it by then.
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55178"])
            try await site.waitForMembers([0x043f_7203_00f5_5178], of: 0x2001)
            #expect(
                site.partition(0x2000).map { Set($0.members.keys) } == [0x043f_7203_00f5_5176, 0x043f_7203_00f5_5177])

            try await site.put(pkey: "0x2000", hosts: ["043f720300f55177"])
            try await site.waitForMembers([0x043f_7203_00f5_5177], of: 0x2000)
            try await site.put(Site.pkeyPrefix + "0x2000", value)
            try await site.delete(pkey: "0x2000")
            try await site.waitForMembers(nil, of: 0x2000)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("that name no GUID take the members of the partition away")
    func empty() async throws {
        try await withSite(.tls) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"])
            try await site.waitForMembers([0x043f_7203_00f5_5176], of: 0x2000)
            try await site.put(pkey: "0x2000")
            try await site.waitForMembers(nil, of: 0x2000)
            try await daemon.waitForLine(containing: "PKey 0x2000 is to have no members")
            try await site.put(pkey: "0x2000", virtualFunctions: ["c0cc200000000000"])
            try await site.waitForMembers([0xc0cc_2000_0000_0000], of: 0x2000)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("that are two for one PKey are settled in favour of the later one")
    func twoKeys() async throws {
        try await withSite(.http) { site in
            try await site.put(pkey: "0x0205", hosts: ["043f720300f55176"])
            try await site.put(pkey: "0x205", hosts: ["043f720300f55177"])
            let daemon = try site.startDaemon()
            try await site.waitForMembers([0x043f_7203_00f5_5177], of: 0x205)
            try await daemon.waitForLine(containing: "PKey 0x205 has 2 keys")
            try await site.put(pkey: "0x0205", hosts: ["043f720300f55178"])
            try await site.waitForMembers([0x043f_7203_00f5_5178], of: 0x205)
            try await site.delete(pkey: "0x0205")
            try await site.waitForMembers([0x043f_7203_00f5_5177], of: 0x205)
            try await site.delete(pkey: "0x205")
            try await site.waitForMembers(nil, of: 0x205)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("that are long but right are synced: a thousand members in a value of a few hundred kilobytes")
    func longValue() async throws {
        try await withSite(.http) { site in
            let guids = (1...1_000).map { UInt64(0x043f_7203_0000_0000) + UInt64($0) }
            let list = guids.map { "\"0x0\(String($0, radix: 16))\"" }.joined(separator: ", ")
            let blanks = String(repeating: " ", count: 300_000)
            try await site.put(Site.pkeyPrefix + "0x2000", "{\"host_guids\":\(blanks)[\(list)], \"vf_guids\": []}")
            let daemon = try site.startDaemon()
            try await site.waitForMembers(Set(guids), of: 0x2000)
            try await site.put(pkey: "0x2000", hosts: ["043f720300000001"])
            try await site.waitForMembers([0x043f_7203_0000_0001], of: 0x2000)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    private func putAll(at site: Site) async throws {
        for row in Self.rows {
            if row.isQuoted {
                try await site.put(quotedKey: Site.pkeyPrefix + row.key, quotedValue: row.value)
            } else {
                try await site.put(Site.pkeyPrefix + row.key, row.value)
            }
        }
    }
}
