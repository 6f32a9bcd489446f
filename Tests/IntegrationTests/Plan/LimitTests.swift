import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// What a site forbids the daemon.
@Suite("Limits of the daemon")
struct LimitTests {
    private static let port = "043f720300f55176"
    private static let guid: UInt64 = 0x043f_7203_00f5_5176

    @Test("What is outside the range of networks.yaml is never touched, and told of")
    func managedRange() async throws {
        var options = Site.Options()
        options.simulator.ufm.partitions = [
            Partition(key: 0x4000, name: "storage", members: [0xdead: .init()])
        ]
        try await withSite(.http, options) { site in
            try site.configuration.write(
                "ib:\n  type: infiniband\n  settings: {min-pkey: '0x2000', max-pkey: '0x3000'}\n", to: "networks.yaml")
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x4000", hosts: [Self.port])
            try await site.put(pkey: "0x2000", hosts: [Self.port])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2000")
            try await daemon.waitForLine(
                containing: "0x4000: ignored: PKey 0x4000 is outside the managed range 0x2000-0x3000")
            let status = try await site.run(["status"] + site.etcdArguments)
            #expect(status.output.contains("0x2000") && !status.output.contains("0x4000"))
            #expect(status.output.hasSuffix("1 PKeys of fabric default: 1 synced\n"), "\(status.output)")
            try await site.delete(pkey: "0x4000")
            try await site.delete(pkey: "0x2000")
            try await site.waitForMembers(nil, of: 0x2000)
            #expect(site.partition(0x4000)?.members.keys.sorted() == [0xdead])
            #expect(site.ufm.requests.allSatisfy { !$0.isWrite || !$0.path.contains("4000") })
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("The policy upsert-only makes and changes partitions and deletes none; report changes nothing")
    func policies() async throws {
        try await withSite(.http) { site in
            let upsert = try site.startDaemon("--policy", "upsert-only", "--poll-interval", "1")
            try await site.put(pkey: "0x2000", hosts: [Self.port])
            try await site.put(pkey: "0x2001", hosts: [Self.port])
            try await site.waitForMembers([Self.guid], of: 0x2001)
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55177"])
            try await site.waitForMembers([Self.guid + 1], of: 0x2001)
            try await site.waitForMembers([Self.guid], of: 0x2000)
            try await site.delete(pkey: "0x2000")
            try await upsert.waitForLine(
                containing: "Policy upsert-only: 1 partitions differ and are left as they are: [0x2000]")
            #expect(try await upsert.stop() == .code(0))
            #expect(site.partition(0x2000) != nil)

            let writes = site.ufm.requests.count(where: \.isWrite)
            let report = try site.startDaemon("--policy", "report", "--poll-interval", "1")
            try await site.put(pkey: "0x2002", hosts: [Self.port])
            try await report.waitForLine(
                containing: "Policy report: 2 partitions differ and are left as they are: [0x2000, 0x2002]")
            #expect(try await report.stop() == .code(0))
            #expect(site.ufm.requests.count(where: \.isWrite) == writes)

            let sync = try site.startDaemon()
            try await site.waitForPartitions([0x2001: [Self.guid + 1], 0x2002: [Self.guid]])
            #expect(try await sync.stop() == .code(0))
        }
    }

    @Test("Index 0 of members that are there is enforced where that is asked for, and their membership always")
    func flags() async throws {
        try await withSite(.http) { site in
            try await site.put(pkey: "0x2000", hosts: [Self.port])
            let first = try site.startDaemon("--poll-interval", "1")
            try await site.waitForMembers([Self.guid], of: 0x2000)
            #expect(try await first.stop() == .code(0))
            site.ufm.edit { partitions in
                // Full membership is what everybody gets, flags or not.
                partitions[0x2000]?.members[Self.guid] = Member(.full, index0: false)
            }
            let writes = site.ufm.requests.count(where: \.isWrite)
            let command = ["monitor"] + site.etcdArguments + ["--ufm-user", "admin", "--once"] + site.ufmTrust
            #expect(try await site.run(command).status == .code(0))
            #expect(site.ufm.requests.count(where: \.isWrite) == writes)
            site.ufm.edit { partitions in
                partitions[0x2000]?.members[Self.guid] = Member(.limited, index0: false)
            }
            #expect(try await site.run(command).status == .code(0))
            #expect(site.partition(0x2000)?.members[Self.guid] == Member(.full, index0: false))
            #expect(try await site.run(command + ["--enforce-flags"]).status == .code(0))
            #expect(site.partition(0x2000)?.members[Self.guid] == Member(.full, index0: true))
        }
    }
}
