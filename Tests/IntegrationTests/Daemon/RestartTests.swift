import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// How often the daemon is killed: `RESTARTS`, or 100.
private let restarts = ProcessInfo.processInfo.environment["RESTARTS"].flatMap { Int($0) } ?? 100

/// The daemon, killed at any moment while keys change.
@Suite("Restarts of the daemon", .timeLimit(.minutes(20)))
struct RestartTests {
    static let pkeys = Array(UInt16(0x2000)...0x200b)
    static let handMade = Partition(
        key: 0x4000, name: "storage", ipOverIB: true, members: [0xaaaa: Member(.limited, index0: false)])

    @Test(
        "Killed and started again a hundred times while keys change, it ends with UFM as etcd says, has touched nothing else, and has never put two tenants together",
        arguments: [Seed.fresh()], KeyPlace.allCases)
    func killed(seed: Seed, keys place: KeyPlace) async throws {
        try await withSite(.http, keys: place) { site in
            site.ufm.seed(Self.handMade)
            let defaultPartition = site.ufm.partitions[0x7fff]
            let tenants = TenantWatch()
            let start = ContinuousClock.now
            let (wanted, changes, writingLives) = try await tenants.during(site) {
                try await withKeyWriter(site) { writer in
                    let isOver = Watched(false)
                    async let written = Self.changeKeys(writer, seed, until: isOver)
                    let writingLives = try await Self.liveAndDie(site, seed)
                    isOver.update { $0 = true }
                    let (wanted, changes) = try await written
                    let daemon = try site.startDaemon("--poll-interval", "1")
                    // A signal that comes before it has begun to listen for one ends it as any program.
                    try await daemon.waitForLine(containing: "UFM Status")
                    do {
                        try await site.waitForPartitions(
                            wanted.merging([0x4000: Set(Self.handMade.members.keys)]) { $1 })
                    } catch {
                        // What it came to shows best in the ledger, and in what the last daemon says.
                        let records = try await site.entries(prefix: Site.ledgerPrefix)
                        let keys = try await site.keyNames()
                        print("records:", records.map { "\($0.key) \($0.value)" }.joined(separator: "\n"))
                        print("keys:", keys, "\n" + daemon.output)
                        throw error
                    }
                    try await Self.waitForLedger(of: site, wanted: Set(wanted.keys))
                    let status = try await daemon.stop()
                    #expect(status == .code(0), "\(daemon.errors)")
                    return (wanted, changes, writingLives)
                }
            }
            let seconds = start.duration(to: .now) / .seconds(1)
            print(
                "restarts: \(restarts), \(writingLives) of them had written UFM; \(changes) key changes, "
                    + "\(site.ufm.writes.count) UFM writes, \(tenants.looks) looks, \(Int(seconds)) s, \(seed)")
            let keys = try await site.keyNames()
            #expect(keys == wanted.keys.sorted().map { Site.pkeyPrefix + "0x" + String($0, radix: 16) })
            #expect(tenants.mixtures == [], "\(seed)")
            #expect(site.ufm.partitions[0x4000] == Self.handMade)
            #expect(site.ufm.partitions[0x7fff] == defaultPartition)
            let strangers = site.ufm.writes.filter { request in
                let text = request.path + request.body
                return !Self.pkeys.contains { text.contains("0x" + String($0, radix: 16)) }
            }
            #expect(strangers == [], "\(seed)")
            // A daemon that is killed before it does anything proves nothing.
            #expect(writingLives > restarts / 10, "\(seed)")
        }
    }

    /// Starts the daemon and kills it, again and again: at its start, once it knows UFM, or once it has written it. Says how
    /// often it had written UFM by then.
    private static func liveAndDie(_ site: Site, _ seed: Seed) async throws -> Int {
        var random = SeededGenerator(seed)
        var writingLives = 0
        for _ in 0..<restarts {
            let written = site.ufm.writes.count
            let daemon = try site.startDaemon("--poll-interval", "1")
            switch Int.random(in: 0..<3, using: &random) {
            case 0: break
            case 1: try await daemon.waitForLine(containing: "UFM Status")
            // How far a start gets in a while is the machine's affair, and etcd's: a password costs v2 0.1 s a request.
            default:
                try await site.ufm.waitFor("a write of this life") {
                    $0.requests.filter(\.isWrite).count > written
                }
            }
            // The moment is what is drawn here: there is no condition to wait for.
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...300, using: &random)))
            daemon.kill()
            try await daemon.waitForExit()
            if site.ufm.writes.count > written { writingLives += 1 }
        }
        return writingLives
    }

    /// Changes keys until told to end; gives what etcd wants then, and how many changes there were.
    ///
    /// Fewer than five are absent at any time: more would be held back, and rightly so.
    private static func changeKeys(
        _ writer: KeyWriter, _ seed: Seed, until isOver: Watched<Bool>
    ) async throws -> (wanted: [UInt16: Set<UInt64>], changes: Int) {
        var random = SeededGenerator(seed: seed.value &+ 1)
        var wanted: [UInt16: Set<UInt64>] = [:]
        var (tenant, changes): (UInt64, Int) = (0, 0)
        while !isOver.read({ $0 }) {
            let pkey = pkeys[Int.random(in: 0..<pkeys.count, using: &random)]
            tenant += 1
            let hosts = KeyWriter.hosts(of: tenant, count: Int.random(in: 1...3, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where wanted[pkey] != nil && wanted.count > pkeys.count - 4:
                try await writer.delete(pkey)
                wanted[pkey] = nil
            case 1 where wanted[pkey] != nil && wanted.count > pkeys.count - 4:
                try await writer.delete(pkey)
                try await writer.put(pkey, hosts: hosts)
                wanted[pkey] = hosts
                changes += 1
            default:
                try await writer.put(pkey, hosts: hosts)
                wanted[pkey] = hosts
            }
            changes += 1
            // Now in bursts, now with pauses in which the daemon gets in step.
            if Int.random(in: 0..<4, using: &random) == 0 {
                _ = await isOver.wait(timeout: .milliseconds(Int.random(in: 0...40, using: &random))) {
                    $0 ? true : nil
                }
            }
        }
        return (wanted, changes)
    }

    private static func waitForLedger(of site: Site, wanted: Set<UInt16>) async throws {
        let keys = wanted.sorted().map { Site.ledgerPrefix + "0x" + String($0, radix: 16) }
        try await eventually("a ledger that calls all partitions synced") {
            // What was deleted, and made by an earlier daemon, stays on record for ten minutes.
            let records = try await site.entries(prefix: Site.ledgerPrefix).filter {
                !$0.value.contains(#""gone":true"#)
            }
            return records.map(\.key) == keys && records.allSatisfy { $0.value.contains(#""state":"synced""#) }
        }
    }
}
