import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The manual's commands of the monitor mode, with what they must do to UFM as etcd changes.
@Suite("The manual's monitor commands")
struct ManualMonitorTests {
    /// One command and the sites it is for.
    struct Row: Sendable, CustomTestStringConvertible {
        let command: ManualCommand
        var sites: [Site.Kind] = [.http, .tls]
        var password = "secret"

        var testDescription: String { command.text }
    }

    static let rows = [
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py monitor --ufm-host ufm1.local --ufm-user admin --ufm-password secret")),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py monitor \
                  --ufm-host ufm1.local.snellius.surf.nl \
                  --ufm-user admin \
                  --ufm-password 123456 \
                  --no-ssl-verify \
                  --etcd-user root \
                  --etcd-host etcd.local \
                  --poll-interval 60 \
                  --debug
                """#),
            password: "123456"),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py monitor \
                  --ufm-host ufm1.local \
                  --ufm-user admin \
                  --ufm-password secret \
                  --etcd-ca-cert /path/to/ca.crt \
                  --etcd-cert-file /path/to/client.crt \
                  --etcd-key-file /path/to/client.key \
                  --etcd-user root
                """#),
            sites: [.tls, .mutualTLS]),
        Row(
            command: ManualCommand(
                #"""
                ./surf_ufm_pkeyd.py monitor \
                  --ufm-host ufm1.local \
                  --ufm-user admin \
                  --ufm-password secret \
                  --etcd-endpoints "etcd1.local:2379,etcd2.local:2379,etcd3.local:2379" \
                  --etcd-user root
                """#)),
        // Of its section on troubleshooting:
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py monitor --ufm-host ufm1.local --ufm-user admin --ufm-password secret --debug")),
        // Its first sentence on modes: monitor is the default.
        Row(
            command: ManualCommand(
                "./surf_ufm_pkeyd.py --ufm-host ufm1.local --ufm-user admin --ufm-password secret")),
    ]

    static let cases = rows.flatMap { row in row.sites.map { (row, $0) } }

    @Test("sync what is in etcd and what is put later, and end in good order on SIGTERM", arguments: cases)
    func sync(_ row: Row, _ kind: Site.Kind) async throws {
        let storage = Partition(key: 0x4000, name: "storage", members: [0xdead: .init(.limited)])
        var options = Site.Options()
        options.ufmPassword = row.password
        options.simulator.ufm.partitions = [storage]
        try await withSite(kind, options) { site in
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"], virtualFunctions: ["c0cc200000000000"])
            let daemon = try row.command.start(at: site)
            try await site.waitForMembers([0x043f_7203_00f5_5176, 0xc0cc_2000_0000_0000], of: 0x2000)
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55177"])
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55178"], virtualFunctions: ["c0cc200000000000"])
            try await site.waitForPartitions([
                0x2000: [0x043f_7203_00f5_5178, 0xc0cc_2000_0000_0000], 0x2001: [0x043f_7203_00f5_5177],
                0x4000: [0xdead],
            ])
            try await site.delete(pkey: "0x2000")
            try await site.waitForMembers(nil, of: 0x2000)
            try await daemon.waitForLine(containing: "Successfully removed PKey 0x2000 from UFM")

            #expect(try await daemon.stop() == .code(0))
            let member = Member(.full, index0: true)
            let synced = Partition(
                key: 0x2001, ipOverIB: false, members: [0x043f_7203_00f5_5177: member])
            #expect(site.ufm.createdPartitions == [0x2001: synced, 0x4000: storage])
            #expect(try await site.entries(prefix: Site.pkeyPrefix).map(\.key) == [Site.pkeyPrefix + "0x2001"])

            #expect(daemon.errors == "")
            #expect(daemon.output.hasPrefix("INFO: Starting SURF UFM PKey Daemon in monitor mode"))
            #expect(daemon.output.contains("INFO: Successfully synchronized PKey 0x2001"))
            #expect(daemon.output.hasSuffix("INFO: PKey monitor stopped\n"))
            #expect(daemon.output.contains("DEBUG: ") == row.command.text.contains("--debug"))
            // `secret` and `123456` are words that may occur by themselves.
            #expect(!daemon.output.contains(site.options.etcdPassword))
        }
    }
}
