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

    /// With UFM at 20 ms per request. `STORM=100 scripts/test --filter DaemonPromptnessTests/storm` tells what is measured.
    @Test("A fresh key does not wait for a storm, and after its last change each key is written twice at most")
    func storm() async throws {
        var options = Site.Options()
        options.simulator.latency = .milliseconds(20)
        try await withSite(.http, options) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            try await withKeyWriter(site) { writer in
                let storm = (0x2000..<0x20c8).map { UInt16($0) }
                func hosts(_ number: UInt16, _ round: Int) -> Set<UInt64> {
                    KeyWriter.hosts(of: UInt64(number) << 8 | UInt64(round), count: 1)
                }
                func waitForStorm(_ round: Int) async throws {
                    for number in storm {
                        try await site.waitForMembers(hosts(number, round), of: number)
                    }
                }
                /// How long a fresh key takes, and how many writes of others UFM is asked for before it.
                func fresh(_ number: UInt16) async throws -> (time: Duration, behind: Int) {
                    let (start, before) = (ContinuousClock.now, site.ufm.requests.count)
                    try await writer.put(number, hosts: hosts(number, 0))
                    try await site.waitForMembers(hosts(number, 0), of: number)
                    let writes = site.ufm.requests.dropFirst(before).filter(\.isWrite)
                    let own = "0x" + String(number, radix: 16)
                    return (start.duration(to: .now), writes.prefix { !$0.body.contains(own) }.count)
                }
                let alone = try await fresh(0x3000).time
                // Those that come first are as fresh as any.
                for number in storm { try await writer.put(number, hosts: hosts(number, 0)) }
                try await waitForStorm(0)
                var measured: [(time: Duration, behind: Int)] = []
                var before = 0
                for round in 1...Self.rounds {
                    before = site.ufm.requests.count
                    for (place, number) in storm.enumerated() {
                        try await writer.put(number, hosts: hosts(number, round))
                        if place == 100 { measured.append(try await fresh(0x4000 + UInt16(round))) }
                    }
                }
                try await waitForStorm(Self.rounds)
                let times = measured.map(\.time).sorted()
                let (median, slowest) = (times[times.count / 2], times[times.count - 1])
                let behind = measured.map(\.behind).max() ?? 0
                let writes = site.ufm.requests.dropFirst(before).count { $0.isWrite }
                print(
                    "a fresh key takes \(alone) alone; within 200 × \(Self.rounds) changes \(median), and at most \(slowest)"
                )
                print("  \(behind) writes of others before it at most; \(writes) from the last round on, for 201 keys")
                // All 200 wait.
                #expect(behind <= 60)
                #expect(writes <= 2 * 201)
            }
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// `SYNC_LATENCY=50 scripts/test --filter DaemonPromptnessTests/firstSync` has UFM take so many milliseconds per request.
    @Test("A first sync of 1,000 partitions takes a request for each, and few more")
    func firstSync() async throws {
        var options = Site.Options()
        let latency = ProcessInfo.processInfo.environment["SYNC_LATENCY"].flatMap { Int($0) } ?? 0
        options.simulator.latency = .milliseconds(latency)
        try await withSite(.http, options) { site in
            let wanted = Dictionary(
                uniqueKeysWithValues: (0x2000..<0x23e8).map {
                    (UInt16($0), KeyWriter.hosts(of: UInt64($0), count: 16))
                })
            try await withKeyWriter(site) { writer in
                for (number, hosts) in wanted { try await writer.put(number, hosts: hosts) }
            }
            let start = ContinuousClock.now
            let daemon = try site.startDaemon()
            try await site.waitForPartitions(wanted)
            let applied = start.duration(to: .now)
            let last = "Successfully synchronized PKey"
            var line = 0
            for _ in wanted {
                line = try await daemon.waitForLine(containing: last, from: line).index + 1
            }
            let (all, reads) = (site.ufm.requests.count, site.ufm.requests.count { !$0.isWrite })
            print("a first sync of 1,000 partitions: \(all) requests, \(reads) of them reads; applied after \(applied)")
            print("  and seen and noted after \(start.duration(to: .now)), with UFM at \(latency) ms")
            #expect(all <= 1_100)
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
