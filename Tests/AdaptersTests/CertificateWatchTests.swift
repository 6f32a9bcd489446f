import Adapters
import Synchronization
import TestSupport
import Testing

@Suite("Certificates that end")
struct CertificateWatchTests {
    /// What was warned of, and what is shown.
    private final class World: Sendable {
        let certificates = Mutex<[SeenCertificate]>([])
        let warnings = Mutex<[String]>([])
        let looks = Mutex(0)

        func look() -> [SeenCertificate] {
            looks.withLock { $0 += 1 }
            return certificates.withLock { $0 }
        }
    }

    private static let start = 1_790_000_000
    private static let day = 86_400

    private func certificate(_ server: String, endsIn days: Int) -> SeenCertificate {
        SeenCertificate(server: server, expiry: Self.start + days * Self.day + 60, expiryText: "then")
    }

    /// What is warned of on each of so many days.
    private func warnings(_ certificates: [SeenCertificate], days: Int) async throws -> [[String]] {
        let (world, clock) = (World(), ManualClock())
        world.certificates.withLock { $0 = certificates }
        let watch = CertificateWatch(
            clock: clock, epoch: { Self.start + Int(clock.now.offset.components.seconds) }, look: { world.look() },
            warn: { line in world.warnings.withLock { $0.append(line) } })
        let task = Task { await watch.run() }
        var byDay: [[String]] = []
        for _ in 0..<days {
            for _ in 0..<24 {
                try await clock.waitForSleepers(count: 1)
                clock.advance(by: .seconds(3_600))
            }
            try await clock.waitForSleepers(count: 1)
            byDay.append(
                world.warnings.withLock { warnings in
                    defer { warnings = [] }
                    return warnings
                })
        }
        task.cancel()
        await task.value
        #expect(world.looks.withLock { $0 } == days * 24 + 1)
        return byDay
    }

    @Test("One that ends in 10 days is told of once a day, for each server")
    func tenDays() async throws {
        let found = try await warnings(
            [certificate("UFM at https://ufm1", endsIn: 10), certificate("etcd at https://etcd1:2379", endsIn: 200)],
            days: 3)
        // The first day has the first look as well.
        #expect(found.map(\.count) == [2, 1, 1])
        #expect(found[0][0] == "the certificate of UFM at https://ufm1 ends in 10 days (then): it has to be renewed")
        #expect(found[2][0].contains("ends in 7 days"))
    }

    @Test("One that ends in 31 days is told of from the second day on; one that has ended says so")
    func edges() async throws {
        let found = try await warnings(
            [certificate("UFM at https://ufm1", endsIn: 31), certificate("etcd at https://etcd1:2379", endsIn: 1)],
            days: 3)
        let ufm = found.map { $0.filter { $0.contains("UFM") }.count }
        #expect(ufm == [0, 1, 1])
        let etcd = found.map { $0.filter { $0.contains("etcd") }.last ?? "" }
        #expect(etcd[1].contains("has ended") && etcd[2].contains("has ended"))
    }
}
