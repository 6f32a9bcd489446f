import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// What the ufm tool shows of partitions and their members.
@Suite("Looking at UFM")
struct UFMToolListingTests {
    private static let storage = Partition.made(0x4000, full: [0xa], limited: [0xb], name: "storage")
    private static let empty = Partition.made(0x4001)

    @Test("--list --guids has one line for each member, and one for a partition without any")
    func members() async throws {
        try await withUFM(Self.storage, Self.empty) { site in
            let result = try await site.ufmTool("--list", "--guids")
            #expect(
                result.output == """
                    PKEY    NAME             IPOIB  GUID              MEMBERSHIP  INDEX0
                    0x4000  storage          no     000000000000000a  full        yes
                    0x4000  storage          no     000000000000000b  limited     no
                    0x4001  api_pkey_0x4001  no     -                 -           -
                    0x7fff  management       yes    -                 -           -
                    3 PKeys, 2 members

                    """)
            #expect(result.status == .code(0))
            // The flag may stand anywhere.
            #expect(try await site.ufmTool("--guids", "--list").output == result.output)
        }
    }

    @Test("--get-pkey shows the quality of service, as a table and as JSON")
    func qualityOfService() async throws {
        var partition = Self.storage
        partition.qos.mtuLimit = 4
        partition.qos.serviceLevel = 3
        partition.qos.rateLimit = 200
        try await withUFM(partition) { site in
            let text = try await site.ufmTool("--get-pkey", "0x4000")
            #expect(text.output.contains("QoS: MTU 4096, service level 3, rate 200 Gb/s\n"))
            let json: ToolPartition = try await site.ufmTool("--get-pkey", "0x4000", "--output", "json").json()
            #expect(json.qos == ToolPartition.QoS(mtu_limit: 4, service_level: 3, rate_limit: 200))
            #expect(json.guids.map(\.membership) == ["full", "limited"])
            #expect(json.managed == nil)
        }
    }

    @Test("--managed says what the daemon's ledger has, and nothing of it is shown without")
    func managed() async throws {
        try await withUFM(Self.storage, Self.empty, .made(0x4002, full: [0xc])) { site in
            let record = { (pkey: String, state: String) in
                #"{"state":"\#(state)","key":"/pcocc/\#(pkey)","revision":1,"time":"2026-01-31T12:00:00Z"}"#
            }
            try await site.put(Site.ledgerPrefix + "0x4000", record("0x4000", "synced"))
            try await site.put(Site.ledgerPrefix + "0x4002", record("0x4002", "failing"))
            let list = try await site.ufmTool("--list", "--managed", "--etcd-user", "root")
            #expect(
                list.output == """
                    PKEY    NAME             FULL  LIMITED  INDEX0  IPOIB  MANAGED
                    0x4000  storage          1     1        1       no     yes
                    0x4001  api_pkey_0x4001  0     0        0       no     no
                    0x4002  api_pkey_0x4002  1     0        1       no     yes, failing
                    0x7fff  management       0     0        0       yes    no
                    4 PKeys

                    """)
            let result = try await site.ufmTool("--list", "--managed", "--etcd-user", "root", "--output", "json")
            let partitions: [ToolPartition] = try result.json()
            #expect(partitions.map(\.managed) == [true, false, true, false])
            #expect(partitions.map(\.ledger) == ["synced", nil, "failing", nil])
            let one = try await site.ufmTool("--get-pkey", "0x4000", "--managed", "--etcd-user", "root")
            #expect(one.output.contains("Managed: yes\n"))

            // Another fabric's ledger is empty here.
            let other: [ToolPartition] = try await site.ufmTool(
                "--list", "--managed", "--etcd-user", "root", "--fabric", "other", "--output", "json"
            ).json()
            #expect(other.allSatisfy { $0.managed == false })
            #expect(try await !site.ufmTool("--list", "--output", "json").output.contains("managed\""))
        }
    }

    @Test("--managed fails rather than guess when the ledger cannot be read")
    func noLedger() async throws {
        try await withUFM(Self.storage) { site in
            let result = try await site.ufmTool(
                "--list", "--managed", "--etcd-endpoints", "127.0.0.1:1", "--etcd-user", "root")
            expectOneComplaint(
                result, code: 1, naming: ["ledger", "127.0.0.1:1"], at: site, "--managed without etcd")
        }
    }

    @Test("--find-guid shows every partition that a port is in")
    func find() async throws {
        try await withUFM(Self.storage, .made(0x4002, full: [0xb, 0xc]), Self.empty) { site in
            let result = try await site.ufmTool("--find-guid", "0x000000000000000b")
            #expect(
                result.output == """
                    PKEY    NAME             MEMBERSHIP  INDEX0
                    0x4000  storage          limited     no
                    0x4002  api_pkey_0x4002  full        yes

                    """)
            #expect(result.status == .code(0))

            struct Answer: Decodable, Equatable {
                struct Place: Decodable, Equatable {
                    let pkey: String
                    let membership: String
                    let index0: Bool
                }
                let guid: String
                let partitions: [Place]
            }
            let answer: Answer = try await site.ufmTool("--find-guid", guidText(0xb), "--output", "json").json()
            #expect(answer.guid == guidText(0xb))
            #expect(answer.partitions.map(\.pkey) == ["0x4000", "0x4002"])
            #expect(answer.partitions.map(\.index0) == [false, true])

            let none = try await site.ufmTool("--find-guid", guidText(0xd))
            expectOneComplaint(none, code: 1, naming: [guidText(0xd), "not in any PKey"], at: site, "--find-guid")
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test("a name that somebody typed at UFM cannot steer the terminal")
    func rawName() async throws {
        try await withUFM(.made(0x4000, full: [0xa], name: "evil\u{1b}[2J\nname")) { site in
            for arguments in [
                ["--list"], ["--list", "--guids"], ["--get-pkey", "0x4000"], ["--find-guid", guidText(0xa)],
            ] {
                let result = try await site.ufmTool(arguments)
                #expect(result.status == .code(0))
                #expect(result.output.contains(#"evil\x1b[2J\x0aname"#))
                #expect(!result.output.contains("\u{1b}"))
            }
        }
    }
}
