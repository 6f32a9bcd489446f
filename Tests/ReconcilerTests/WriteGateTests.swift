import Planning
import Testing

@testable import Reconciler

@Suite("The gate")
struct WriteGateTests {
    private static let seenThrough: Set<WriteGate.Reason> = [.stopping, .fabricDown, .ledgerDown]

    @Test(
        "Each reason alone forbids each kind of writing",
        arguments: WriteGate.Reason.allCases, WriteGate.Write.allCases)
    func closed(reason: WriteGate.Reason, write: WriteGate.Write) throws {
        let open = WriteGate()
        let permit = try #require(open.permit(for: write))
        #expect(permit.write == write)
        var gate = open
        gate.close(reason)
        #expect(gate.permit(for: write) == nil)
        #expect(!gate.letsBegin || reason == .dryRun)
        // What was begun is seen through where only beginning is forbidden.
        #expect((gate.permit(for: write, finishing: permit) != nil) == Self.seenThrough.contains(reason))
        gate.open(reason)
        #expect(gate.permit(for: write) != nil)
    }

    @Test("Of two reasons the one that forbids more counts", arguments: WriteGate.Reason.allCases)
    func twoReasons(reason: WriteGate.Reason) throws {
        let begun = try #require(WriteGate().permit(for: .step))
        var gate = WriteGate(closedBy: [reason])
        gate.close(.notLeading)
        #expect(gate.permit(for: .step, finishing: begun) == nil)
        gate.open(reason)
        #expect(reason == .notLeading || gate.permit(for: .step) == nil)
        #expect(gate.closedBy == (reason == .notLeading ? [] : [.notLeading]))
    }

    @Test("A rehearsal is one where nothing else stands in the way")
    func rehearsal() {
        var gate = WriteGate(closedBy: [.dryRun])
        #expect(gate.isRehearsal && gate.letsBegin)
        gate.close(.fabricDown)
        #expect(!gate.isRehearsal && !gate.letsBegin)
    }

    /// A lease that others end.
    private struct Lease: WriteLease {
        let remaining: Duration?
    }

    @Test("A permit carries the gate's lease and fence")
    func leaseAndFence() throws {
        let fence = WriteFence(key: "/leader", revision: 7)
        let gate = WriteGate(lease: Lease(remaining: .zero), fence: fence)
        let permit = try #require(gate.permit(for: .claim))
        #expect(permit.lease.remaining == .zero)
        #expect(permit.fence == fence)
        #expect(WriteGate().permit(for: .claim)?.lease is EndlessLease)
        #expect(WriteGate().permit(for: .claim)?.fence == nil)
    }

    @Test("Who is elected writes under the lease and fence of that election, and under no other")
    func election() throws {
        var gate = WriteGate(closedBy: [.notLeading, .starting])
        let first = WriteFence(key: "/leader", revision: 7)
        gate.take(.lead(.notLeading, Lease(remaining: .seconds(9)), first))
        #expect(gate.closedBy == [.starting] && gate.permit(for: .step) == nil)
        gate.take(.open(.starting))
        let begun = try #require(gate.permit(for: .step))
        #expect(begun.fence == first && begun.lease.remaining == .seconds(9))
        gate.take(.close(.notLeading))
        #expect(gate.permit(for: .step) == nil && gate.permit(for: .step, finishing: begun) == nil)
        let second = WriteFence(key: "/leader", revision: 8)
        gate.take(.lead(.notLeading, Lease(remaining: .seconds(12)), second))
        // What was begun in the term before goes on in this one.
        for permit in [gate.permit(for: .step), gate.permit(for: .step, finishing: begun)] {
            #expect(permit?.fence == second && permit?.lease.remaining == .seconds(12))
        }
    }
}
