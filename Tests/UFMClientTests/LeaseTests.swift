import Fabric
import ScriptedUFM
import Synchronization
import Testing
import Transport
import UFMClient

/// A lease that a test ends.
private final class TestLease: SendLease {
    private let isOver = Mutex(false)
    var remaining: Duration? { isOver.withLock { $0 } ? .zero : .seconds(3_600) }
    func revoke() { isOver.withLock { $0 = true } }
}

@Suite("Steps under a lease")
struct LeaseTests {
    @Test("The pieces after the end of the lease are not sent, and those before it may have been applied")
    func pieces() async throws {
        var scripted = Scripted(.status(200), .status(200), .status(200))
        let lease = TestLease()
        scripted.client.lease = lease
        let error = await #expect(throws: UFMError.self) {
            try await scripted.client.perform(
                .remove(key("0x67"), guids(250)), progress: { _, _ in lease.revoke() })
        }
        guard case .transport(.leaseEnded(_, let sent)) = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!sent && error?.outcome == .unknown && error?.isOutage == false)
        #expect(await scripted.transport.requests.count == 1)
    }

    @Test("Without its lease no step sends anything, and nothing was applied")
    func over() async throws {
        let lease = TestLease()
        lease.revoke()
        let pkey = try key("0x67")
        let members = guids(2).map { Member(guid: $0, index0: true) }
        let steps: [PlanStep] = [
            .create(NewPartition(pkey, members, ipOverIB: false, by: .adding)),
            .create(NewPartition(pkey, members, ipOverIB: false, by: .whole)),
            .create(NewPartition(pkey, ipOverIB: false, by: .empty(index0: false))),
            .add(pkey, members, ipOverIB: false), .remove(pkey, guids(2)), .replace(pkey, members, ipOverIB: false),
            .setQoS(pkey, QualityOfService()), .delete(pkey),
        ]
        for step in steps {
            var scripted = Scripted(.status(200))
            scripted.client.lease = lease
            let error = await #expect(throws: UFMError.self) {
                try await scripted.client.perform(step)
            }
            #expect(error?.outcome == .notApplied, "\(step.inWords)")
            #expect(await scripted.transport.requests.isEmpty, "\(step.inWords)")
        }
    }

    @Test("A write carries its lease to the transport, and a read carries none")
    func carried() async throws {
        var scripted = Scripted(.status(400), .json("{}"))
        scripted.client.lease = TestLease()
        _ = try await scripted.client.perform(.remove(key("0x67"), guids(1)))
        let requests = await scripted.transport.requests
        #expect(requests.map(\.method) == [.delete, .get])
        #expect(requests.map { $0.lease is TestLease } == [true, false])
    }
}
