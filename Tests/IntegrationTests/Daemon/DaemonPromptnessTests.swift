import Foundation
import TestSupport
import Testing
import UFMSimulator

/// Who waits for whom, with the real daemon: times are told, and judged only where they are far off.
@Suite("The daemon's promptness")
struct DaemonPromptnessTests {
    /// How often each key of the storm changes: `STORM`, or 5.
    private static let rounds = ProcessInfo.processInfo.environment["STORM"].flatMap { Int($0) } ?? 5

    @Test("A tenant leaves at once while four writes of others hang", arguments: ["POST", "PUT"])
    func leavingBehindHangingWrites(method: String) async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"])
            let numbers = (0x2001...0x2004).map { UInt16($0) }
            for number in numbers where method == "PUT" {
                try await site.put(pkey: "0x" + String(number, radix: 16), hosts: ["043f72030000\(number)"])
                try await daemon.waitForLine(
                    containing: "Successfully synchronized PKey 0x\(String(number, radix: 16))")
            }
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2000")
            site.ufm.inject(UFMSimulator.Fault(.hang, method: method, count: 4))
            let writes = site.ufm.requests.count { $0.isWrite }
            for number in numbers {
                try await site.put(pkey: "0x" + String(number, radix: 16), hosts: ["043f72030001\(number)"])
            }
            try await site.ufm.waitFor("four writes") { state in
                state.requests.count { $0.isWrite } >= writes + 4
            }
            let start = ContinuousClock.now
            try await site.delete(pkey: "0x2000")
            try await site.waitForMembers(nil, of: 0x2000)
            print("behind four \(method)s that hang a tenant was gone after \(start.duration(to: .now))")
            #expect(start.duration(to: .now) < .seconds(20))
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A fresh key does not wait for a storm, and after its last change each key is written twice at most")
    func storm() async throws {
        var options = Site.Options()
        options.simulator.latency = .milliseconds(20)
        try await withSite(.http, options) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            try await withKeyWriter(site) { writer in
                func fresh(_ number: UInt16) async throws -> Duration {
                    let start = ContinuousClock.now
                    try await writer.put(number, hosts: KeyWriter.hosts(of: UInt64(number), count: 1))
                    try await site.waitForMembers(KeyWriter.hosts(of: UInt64(number), count: 1), of: number)
                    return start.duration(to: .now)
                }
                let alone = try await fresh(0x3000)
                let storm = (0x2000..<0x20c8).map { UInt16($0) }
                var times: [Duration] = []
                var before = 0
                for round in 0..<Self.rounds {
                    before = site.ufm.requests.count
                    for (place, number) in storm.enumerated() {
                        let tenant = UInt64(number) << 8 | UInt64(round + 1)
                        try await writer.put(number, hosts: KeyWriter.hosts(of: tenant, count: 1))
                        // In the first round every key is a fresh one.
                        guard place == 100, round > 0 else { continue }
                        times.append(try await fresh(0x4000 + UInt16(round)))
                    }
                }
                let wanted = Dictionary(
                    uniqueKeysWithValues: storm.map {
                        ($0, KeyWriter.hosts(of: UInt64($0) << 8 | UInt64(Self.rounds), count: 1))
                    })
                for (number, hosts) in wanted {
                    try await site.waitForMembers(hosts, of: number, timeout: .seconds(60))
                }
                let slowest = times.max() ?? .zero
                let writes = site.ufm.requests.dropFirst(before).count { $0.isWrite }
                print("a fresh key takes \(alone) alone, and \(slowest) at most within 200 × \(Self.rounds) changes")
                print("\(writes) writes from the last round on, for 201 keys")
                #expect(writes <= 2 * 201)
            }
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
