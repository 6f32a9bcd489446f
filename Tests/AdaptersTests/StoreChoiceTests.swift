import Adapters
import Reconciler
import Testing

@Suite("In which of etcd's stores the keys are")
struct StoreChoiceTests {
    private static let failure = Failure(.credentials, "refused")
    private static let none = StoreChoice.Records()
    private static let ofV3 = StoreChoice.Records(of: ["/pcocc/global/opensm/pkeys/0x5"])
    private static let ofV2 = StoreChoice.Records(of: ["v2:/pcocc/global/opensm/pkeys/0x5"])

    private func verdict(
        _ v3: StoreChoice.Finding, _ v2: StoreChoice.Finding, _ records: StoreChoice.Records = none
    ) -> StoreChoice.Verdict {
        StoreChoice.verdict(v3: v3, v2: v2, records: records)
    }

    @Test("The one that has keys, if the other one has answered or cannot be entered")
    func keys() {
        let (off, refused) = (StoreChoice.Finding.off(Self.failure), StoreChoice.Finding.refused(Self.failure))
        for other in [.none, off, refused] {
            #expect(verdict(.keys, other) == .chosen(.v3))
            #expect(verdict(other, .keys) == .chosen(.v2))
        }
    }

    @Test("A silence decides nothing, and a refusal only beside keys")
    func silence() {
        let silent = StoreChoice.Finding.silent(Failure(.timedOut, "silent"))
        for other in [.keys, .none, .off(Self.failure), silent] {
            #expect(verdict(silent, other) == .waits(Failure(.timedOut, "silent")))
            #expect(verdict(other, silent) == .waits(Failure(.timedOut, "silent")))
        }
        let refused = StoreChoice.Finding.refused(Self.failure)
        #expect(verdict(refused, .none) == .waits(Self.failure))
        #expect(verdict(.none, refused) == .waits(Self.failure))
    }

    @Test(
        "A store that is not there is ruled out when the other one has answered; nothing anywhere waits for the first key"
    )
    func nothing() {
        #expect(verdict(.none, .off(Self.failure)) == .chosen(.v3))
        #expect(verdict(.off(Self.failure), .none) == .chosen(.v2))
        #expect(verdict(.none, .none) == .empty)
        #expect(verdict(.off(Self.failure), .off(Self.failure)) == .waits(Self.failure))
    }

    @Test("Keys in both are nobody's guess, and records say what was chosen, whatever keys there are")
    func both() {
        guard case .both = verdict(.keys, .keys) else {
            Issue.record("one of both was chosen")
            return
        }
        for (v3, v2) in [(.keys, .keys), (.none, .keys), (.keys, .none)] as [(StoreChoice.Finding, StoreChoice.Finding)]
        {
            #expect(verdict(v3, v2, Self.ofV3) == .chosen(.v3))
            #expect(verdict(v3, v2, Self.ofV2) == .chosen(.v2))
        }
        let mixed = StoreChoice.Records(of: ["/p/0x5", "v2:/p/0x6", ""])
        guard case .both = verdict(.keys, .none, mixed) else {
            Issue.record("records of both were passed over")
            return
        }
    }
}
