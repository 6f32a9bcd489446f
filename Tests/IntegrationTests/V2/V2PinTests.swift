import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// In which of etcd's stores the keys are is put down in the ledger, and never changed by itself.
@Suite("The store that was chosen")
struct V2PinTests {
    private static let about = "/surf-ufm-pkeyd/default/about"
    private static let hosts = ["043f720300f55176"]
    private static let host: UInt64 = 0x043f_7203_00f5_5176

    private func waitForPin(_ store: String, _ site: Site) async throws {
        try await eventually("the ledger is pinned to \(store)") {
            try await site.get(Self.about)?.value.contains("\"store\":\"\(store)\"") ?? false
        }
    }

    @Test("It stays, though its keys and all records are gone and the other store has keys; these are told as an error")
    func stays() async throws {
        try await withV2Site { site, pcocc in
            try await pcocc.put("0x200e", hosts: Self.hosts)
            let first = try site.startDaemon()
            try await site.waitForMembers([Self.host], of: 0x200e)
            try await waitForPin("v2", site)
            let status = try await site.run(["status"] + site.etcdArguments)
            #expect(status.output.contains("1 PKeys of fabric default in etcd's v2 store: "))
            #expect(
                try await site.run(["status", "--output", "json"] + site.etcdArguments).output
                    .contains(#""store" : "v2""#))
            #expect(try await first.stop() == .code(0))
            // Nothing is left that would say so, but the pin; and v3 has keys now.
            try await pcocc.delete("0x200e")
            try await site.etcd.etcdctl("del", "--prefix", Site.ledgerPrefix)
            try await site.put(pkey: "0x2010", hosts: Self.hosts)
            let second = try site.startDaemon()
            let line = try await second.waitForLine(containing: "PKey keys are in etcd's v3 store, which is not used")
            #expect(line.text.hasPrefix("ERROR"))
            try await pcocc.put("0x200f", hosts: Self.hosts)
            try await site.waitForMembers([Self.host], of: 0x200f)
            #expect(site.partition(0x2010) == nil)
            #expect(try await second.stop() == .code(0))
            #expect(second.lines.count { $0.text.contains("which is not used") } == 1)
        }
    }

    @Test("Keys that come up in v2 once v3 was chosen are told once, and not read")
    func otherStore() async throws {
        try await withV2Site { site, pcocc in
            try await site.put(pkey: "0x200e", hosts: Self.hosts)
            let first = try site.startDaemon()
            try await site.waitForMembers([Self.host], of: 0x200e)
            try await waitForPin("v3", site)
            #expect(!first.output.contains("which is not used"))
            #expect(try await first.stop() == .code(0))
            try await pcocc.put("0x200f", hosts: Self.hosts)
            let second = try site.startDaemon()
            try await second.waitForLine(containing: "PKey keys are in etcd's v2 store, which is not used")
            try await site.put(pkey: "0x2010", hosts: Self.hosts)
            try await site.waitForMembers([Self.host], of: 0x2010)
            #expect(site.partition(0x200f) == nil)
            #expect(try await second.stop() == .code(0))
        }
    }

    @Test(
        "A ledger of an older program, whose records name no store, is v3's at once; a word of somebody's pins another")
    func older() async throws {
        try await withV2Site { site, pcocc in
            try await site.put(
                Site.ledgerPrefix + "0x200e", #"{"state":"synced","key":"","revision":3,"time":"2026-01-31T12:00:00Z"}"#
            )
            try await pcocc.put("0x200f", hosts: Self.hosts)
            let first = try site.startDaemon()
            try await waitForPin("v3", site)
            #expect(try await first.stop() == .code(0))
            #expect(site.partition(0x200f) == nil)
            let second = try site.startDaemon("--etcd-api", "v2")
            try await second.waitForLine(containing: "PKey keys are in etcd's v2 store from now on")
            try await waitForPin("v2", site)
            try await site.waitForMembers([Self.host], of: 0x200f)
            #expect(try await second.stop() == .code(0))
            let third = try site.startDaemon()
            try await third.waitForLine(containing: "PKey keys are read from etcd's v2 store")
            #expect(try await third.stop() == .code(0))
        }
    }

    @Test("Where etcd has no v3 interface the ledger is a file, and a second start finds it there")
    func withoutV3() async throws {
        var options = Site.Options.v2
        options.etcdArguments.append("--enable-grpc-gateway=false")
        try await withV2Site(.http, options) { site, pcocc in
            let state = try TemporaryDirectory("state")
            try await pcocc.put("0x200e", hosts: Self.hosts)
            for round in 0..<2 {
                let daemon = try site.startDaemon(environment: ["STATE_DIRECTORY": state.path])
                try await daemon.waitForLine(containing: "the ledger is \(state.path)/ledger.json")
                if round == 1 { try await pcocc.delete("0x200e") }
                try await site.waitForMembers(round == 0 ? [Self.host] : nil, of: 0x200e)
                try await eventually("the record") { try state.read("ledger.json").contains("v2:/pcocc") }
                #expect(try await daemon.stop() == .code(0))
            }
            #expect(try state.read("ledger.json").contains(#""store" : "v2""#))
        }
    }

    @Test("Where nothing is anywhere nothing is pinned, and where v2 is off neither")
    func nothing() async throws {
        try await withV2Site { site, pcocc in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "the first one decides which is used")
            #expect(try await daemon.stop() == .code(0))
            #expect(try await site.get(Self.about)?.value.contains("\"store\"") == false)
            let single = try await site.run(
                ["monitor", "--once"] + site.etcdArguments + ["--ufm-user", "admin"] + site.ufmTrust)
            #expect(single.exitCode != nil)
            #expect(try await site.get(Self.about)?.value.contains("\"store\"") == false)
        }
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            #expect(try await daemon.stop() == .code(0))
            #expect(try await site.get(Self.about)?.value.contains("\"store\"") == false)
        }
    }
}
