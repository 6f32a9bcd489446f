import TestSupport
import Testing

/// `--decode`: pcocc's values as partitions, with what is wrong with them.
@Suite("Decoding keys")
struct EtcdToolDecodingTests {
    /// A key, its value, and what is to be told of it.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let name: String
        let value: String
        var pkey: String?
        var hosts: [String] = []
        var vfs: [String] = []
        /// A part of each problem.
        var problems: [[String]] = []

        var key: String { Site.pkeyPrefix + name }
    }

    static let rows = [
        Row(
            testDescription: "a good value", name: "0x2000",
            value: "{'host_guids': ['0x043f720300f55177', '0x043f720300f55176'], 'vf_guids': ['0xc0cc200000000100']}",
            pkey: "0x2000", hosts: ["043f720300f55176", "043f720300f55177"], vfs: ["c0cc200000000100"]),
        Row(
            testDescription: "a value with nobody in it", name: "0x2001", value: "{'host_guids': [], 'vf_guids': []}",
            pkey: "0x2001"),
        Row(
            testDescription: "GUIDs that are none", name: "0x2002",
            value: "{'host_guids': ['0x043f720300f55176', '0x12'], 'vf_guids': ['0000000000000000']}",
            pkey: "0x2002", hosts: ["043f720300f55176"],
            problems: [["host_guids", "0x12"], ["vf_guids", "zero GUID"]]),
        Row(
            testDescription: "a virtual function of another PKey", name: "0x2003",
            value: "{'vf_guids': ['0xc0cc200300000000', '0xc0cc200000000000', '0x0011220000000001']}",
            pkey: "0x2003", vfs: ["0011220000000001", "c0cc200000000000", "c0cc200300000000"],
            problems: [["vf_guids", "c0cc200000000000", "0x2003"]]),
        Row(
            testDescription: "a value that cannot be read", name: "0x2004", value: "{'host_guids': [",
            pkey: "0x2004", problems: [["not JSON, YAML or a Python literal"]]),
        Row(
            testDescription: "an empty value", name: "0x2005", value: "", pkey: "0x2005",
            problems: [["the value is empty"]]),
        Row(
            testDescription: "a value of something else", name: "0x2006", value: #"{"state": "running"}"#,
            pkey: "0x2006", problems: [["neither host_guids nor vf_guids"]]),
        Row(
            testDescription: "the default partition", name: "0x7fff", value: "{'host_guids': [], 'vf_guids': []}",
            problems: [["0x7fff", "reserved"]]),
        Row(
            testDescription: "a key that is no PKey", name: "lock",
            value: "{'host_guids': ['0x043f720300f55176'], 'vf_guids': []}",
            hosts: ["043f720300f55176"], problems: [["Invalid PKey format: lock"]]),
        Row(
            testDescription: "escapes in a GUID", name: "0x2007",
            value: #"{"host_guids": ["\u001b[31m\nPKey: 0x1"], "vf_guids": []}"#,
            pkey: "0x2007", problems: [["host_guids", "[31m"]]),
    ]

    @Test("tells the partition and its problems, by --get and by --list, as text and as JSON", arguments: rows)
    func decode(_ row: Row) async throws {
        try await withSite(.http) { site in
            try await site.put(row.key, row.value)
            let get = try await site.etcdTool("--get", row.key, "--decode")
            #expect(get.status == .code(0))
            try expect(Array(get.output.split(separator: "\n").dropFirst(2)), row)

            let list = try await site.etcdTool("--list", "--prefix", Site.pkeyPrefix, "--decode")
            let lines = list.output.split(separator: "\n")
            #expect(lines.prefix(2) == ["Keys in etcd cluster (prefix: \(Site.pkeyPrefix)):", "  \(row.key)"])
            #expect(lines.dropFirst(2).allSatisfy { $0.hasPrefix("    ") })
            try expect(lines.dropFirst(2).map { $0.dropFirst(4) }, row)

            let json = try ToolKey.one(
                try await site.etcdTool("--get", row.key, "--decode", "--output", "json").output)
            #expect(json.key == row.key)
            #expect(json.value == row.value)
            try expect(try #require(json.partition), row)
            let listed = try ToolKey.list(try await site.etcdTool("--list", "--decode", "--output", "json").output)
            #expect(listed.map(\.key) == [row.key])
            #expect(listed.map(\.value) == [nil])
            #expect(listed.first?.partition == json.partition)
        }
    }

    /// One line per fact, whatever the value says.
    private func expect(_ lines: [Substring], _ row: Row) throws {
        var expected = ["PKey: \(row.pkey ?? "none")"]
        if !row.hosts.isEmpty { expected.append("Hosts: \(row.hosts.joined(separator: ", "))") }
        if !row.vfs.isEmpty { expected.append("VFs: \(row.vfs.joined(separator: ", "))") }
        #expect(lines.prefix(expected.count).map(String.init) == expected)
        let problems = lines.dropFirst(expected.count)
        #expect(problems.allSatisfy { $0.hasPrefix("Problem: ") })
        expect(problems.map(String.init), problems: row)
        #expect(!lines.joined().unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    private func expect(_ partition: ToolKey.Partition, _ row: Row) throws {
        #expect(partition.pkey == row.pkey)
        #expect(partition.hosts == row.hosts)
        #expect(partition.vfs == row.vfs)
        expect(partition.problems, problems: row)
    }

    private func expect(_ problems: [String], problems row: Row) {
        #expect(problems.count == row.problems.count, "\(problems)")
        for (problem, parts) in zip(problems, row.problems) {
            for part in parts { #expect(problem.contains(part)) }
        }
    }
}
