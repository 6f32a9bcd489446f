import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// A ledger that goes from etcd to a file and back, with the real daemon.
@Suite("The move of the daemon's ledger")
struct LedgerMoveDaemonTests {
    private static let hosts = ["043f720300f55176"]
    private static let host: UInt64 = 0x043f_7203_00f5_5176

    @Test("What was ours stays ours: a key that went meanwhile is still cleaned up, there and back")
    func thereAndBack() async throws {
        try await withSite(.http) { site in
            let state = try TemporaryDirectory("state")
            let file = "file:\(state.path)/east.json"
            try await site.put(pkey: "0x200e", hosts: Self.hosts)
            try await site.put(pkey: "0x200f", hosts: Self.hosts)
            let first = try site.startDaemon()
            for pkey in ["0x200e", "0x200f"] {
                try await first.waitForLine(containing: "Successfully synchronized PKey \(pkey)")
            }
            let refused = try site.startDaemon("--ledger", file)
            #expect(try await refused.waitForExit() == .code(1))
            #expect(refused.errors.contains("while a daemon lives that keeps it"))
            #expect(try await first.stop() == .code(0))
            try await site.delete(pkey: "0x200e")

            let second = try site.startDaemon("--ledger", file)
            try await second.waitForLine(containing: "the ledger was copied from etcd to \(file), 2 records")
            try await second.waitForLine(containing: "Successfully removed PKey 0x200e from UFM")
            #expect(site.partition(0x200f) != nil)
            #expect(try await second.stop() == .code(0))
            // The old one counts for nothing, whoever asks.
            for arguments in [["status"], ["status", "--ledger", "etcd"]] {
                let result = try await site.run(arguments + site.etcdArguments)
                expectOneComplaint(
                    result, code: 1, naming: ["the ledger in etcd was moved to \(file): say --ledger \(file)"],
                    at: site,
                    "\(arguments)")
            }
            #expect(try await site.run(["status", "--ledger", file] + site.etcdArguments).exitCode == 0)

            try await site.delete(pkey: "0x200f")
            let third = try site.startDaemon("--ledger", "etcd")
            try await third.waitForLine(containing: "the ledger was copied from \(file) to etcd, ")
            try await third.waitForLine(containing: "Successfully removed PKey 0x200f from UFM")
            #expect(site.ufm.createdPartitions.isEmpty)
            #expect(try await third.stop() == .code(0))
            #expect(try await site.run(["status"] + site.etcdArguments).exitCode == 0)
            #expect(try state.read("east.json").contains(#""moved" : "etcd""#))
        }
    }
}
