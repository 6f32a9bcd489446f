import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("Following over a transport that was shut down", .timeLimit(.minutes(20)))
struct AbortedTransportTests {
    @Test("It waits between its tries, ever longer, whether it had begun or not", arguments: [true, false])
    func patience(hasBegun: Bool) async throws {
        let etcd = try await SharedEtcd.get()
        let transport = try HTTPClient()
        let client = try EtcdClient(EtcdConfiguration(endpoints: [try etcd.member]), transport: transport)
        let isListed = Watched(false)
        let clock = ManualClock()
        if !hasBegun { transport.shutdown() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await Follower(client, .prefix(freshPrefix().bytes), clock: clock).run { event in
                    if case .listed = event { isListed.update { $0 = true } }
                }
            }
            if hasBegun {
                try #require(await isListed.wait(timeout: .untilHung) { $0 ? true : nil } == true)
                // Until its first proof.
                try await clock.waitForSleepers(count: 1)
                transport.shutdown()
            }
            // One that asks without a pause would never sleep, and let no time pass.
            for _ in 0..<10 {
                try await clock.waitForSleepers(count: 1)
                clock.advanceToNextDeadline()
            }
            #expect(clock.now.offset >= .seconds(3))
            group.cancelAll()
        }
    }
}
