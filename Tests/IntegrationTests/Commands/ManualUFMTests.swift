import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The manual's commands of the ufm mode, with what they must do to UFM.
@Suite("The manual's ufm commands")
struct ManualUFMTests {
    /// One command, the partitions before and after it, and what it prints.
    struct Row: Sendable, CustomTestStringConvertible {
        let command: ManualCommand
        var sites: [Site.Kind] = [.http, .tls]
        var password = "secret"
        var before = [Self.storage]
        /// What is there after it besides `storage`; nil where nothing may have been asked to change.
        var after: [Partition]?
        /// The whole output, or its beginning where it goes on with a table.
        let output: String

        var testDescription: String { command.text }

        static let first: UInt64 = 0x0002_c903_000e_0b72
        static let second: UInt64 = 0x0002_c903_000e_0b73
        /// Somebody else's partition, which no command names.
        static let storage = Partition(
            key: 0x4000, name: "storage", members: [first: .init(.limited), 0xdead: .init(.full, index0: true)])

        static func partition(
            _ key: UInt16, _ guids: [UInt64], index0: Bool = true, ipOverIB: Bool = false
        ) -> Partition {
            let member = Member(.full, index0: index0)
            return Partition(
                key: key, ipOverIB: ipOverIB, members: Dictionary(uniqueKeysWithValues: guids.map { ($0, member) }))
        }
    }

    private static let table = """
        PKEY    NAME        FULL  LIMITED  INDEX0  IPOIB
        0x4000  storage     1     1        1       yes
        0x7fff  management  0     0        0       yes
        2 PKeys

        """

    static let rows = [
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py ufm --host ufm1.local --username admin --password secret --list"),
            output: table),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py ufm --host ufm1.local --username admin --password secret --get-pkey 0x5000"),
            before: [Row.storage, Row.partition(0x5000, [Row.first, Row.second])],
            output: """
                PKey: 0x5000
                Name: api_pkey_0x5000
                IP over IB: no
                QoS: MTU 2048, service level 0, rate 2.5 Gb/s
                Members: 2
                  GUID              MEMBERSHIP  INDEX0
                  0002c903000e0b72  full        yes
                  0002c903000e0b73  full        yes

                """),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py ufm --host ufm1.local --username admin --password secret --create-pkey 0x6000"),
            after: [Row.partition(0x6000, [])],
            output: "Successfully created PKey 0x6000\n"),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py ufm --host ufm1.local --username admin --password secret --delete-pkey 0x6000"),
            before: [Row.storage, Row.partition(0x6000, [Row.first])], after: [],
            output: "Successfully deleted PKey 0x6000\n"),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py ufm \
                  --host ufm1.local --username admin --password secret \
                  --pkey 0x5000 \
                  --guids 0002c903000e0b72,0002c903000e0b73 \
                  --membership full
                """#),
            after: [Row.partition(0x5000, [Row.first, Row.second])],
            output: "Successfully added 2 GUIDs to PKey 0x5000\n"),
        // The same where the partition is there already, with a member and a flag of its own.
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py ufm \
                  --host ufm1.local --username admin --password secret \
                  --pkey 0x5000 \
                  --guids 0002c903000e0b72,0002c903000e0b73 \
                  --membership full
                """#),
            before: [Row.storage, Row.partition(0x5000, [0xbeef], ipOverIB: true)],
            after: [Row.partition(0x5000, [Row.first, Row.second, 0xbeef], ipOverIB: true)],
            output: "Successfully added 2 GUIDs to PKey 0x5000\n"),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py ufm \
                  --host ufm1.local --username admin --password secret \
                  --pkey 0x5000 \
                  --guids 0002c903000e0b72 \
                  --remove-guids
                """#),
            before: [Row.storage, Row.partition(0x5000, [Row.first, Row.second])],
            after: [Row.partition(0x5000, [Row.second])],
            output: "Successfully removed 1 GUIDs from PKey 0x5000\n"),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py ufm \
                  --host ufm1.local.snellius.surf.nl \
                  --username admin \
                  --password 123456 \
                  --no-ssl-verify \
                  --list
                """#),
            password: "123456", output: table),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py ufm \
                  --host ufm1.local \
                  --username admin \
                  --password secret \
                  --http \
                  --list
                """#),
            sites: [.http], output: table),
        // Of its section on troubleshooting:
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py ufm --host ufm1.local --username admin --password secret --no-ssl-verify --list"),
            output: table),
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py ufm --host ufm1.local --username admin --password secret --http --list"),
            sites: [.http], output: table),
    ]

    static let cases = rows.flatMap { row in row.sites.map { (row, $0) } }

    @Test("do to UFM what they say, over every kind of connection", arguments: cases)
    func effect(_ row: Row, _ kind: Site.Kind) async throws {
        var options = Site.Options()
        options.ufmPassword = row.password
        options.simulator.ufm.partitions = row.before
        try await withSite(kind, options) { site in
            let etcdBefore = try await site.contents()
            let result = try await row.command.run(at: site)

            #expect(result.status == .code(0))
            #expect(result.output == row.output)
            #expect(result.errors == "")
            let expected = row.after.map { [Row.storage] + $0 } ?? row.before
            #expect(
                site.ufm.createdPartitions == Dictionary(uniqueKeysWithValues: expected.map { ($0.key, $0) }))
            if row.after == nil { #expect(site.ufm.writes.isEmpty) }
            // Nothing that a ufm command does concerns etcd.
            #expect(try await site.contents() == etcdBefore)
        }
    }

    @Test("print JSON that a script can read whole")
    func json() async throws {
        var options = Site.Options()
        options.simulator.ufm.partitions = [Row.storage]
        try await withSite(.tls, options) { site in
            let connection = ["ufm", "--username", "admin"] + site.ufmTrust
            let list = try await site.run(connection + ["--list", "--output", "json"])
            let partitions = try JSONDecoder().decode([Document].self, from: Data(list.outputBytes))
            #expect(partitions.map(\.pkey) == ["0x4000", "0x7fff"])
            let single = try await site.run(connection + ["--get-pkey", "0x4000", "--output", "json"])
            let partition = try JSONDecoder().decode(Document.self, from: Data(single.outputBytes))
            #expect(partition.name == "storage")
            #expect(partition.guids.map(\.guid) == ["000000000000dead", "0002c903000e0b72"])
            #expect(partition.guids.map(\.membership) == ["full", "limited"])
        }
    }

    private struct Document: Decodable {
        struct Member: Decodable {
            let guid: String
            let membership: String
        }

        let pkey: String
        let name: String?
        let guids: [Member]
    }
}
