import Adapters
import EtcdGateway
import Foundation
import Ledger
import Reconciler
import Synchronization
import Testing
import Transport

@Suite("In which of etcd's stores the keys are")
struct StoreChoiceTests {
    private static let failure = Failure(.credentials, "refused")

    private func verdict(_ v3: StoreChoice.Finding, _ v2: StoreChoice.Finding) -> StoreChoice.Verdict {
        StoreChoice.verdict(v3: v3, v2: v2)
    }

    private func evidence(_ pinned: KeyStore?, _ keys: String...) -> StoreChoice.Evidence {
        StoreChoice.Evidence(pinned: pinned, recordsOf: keys)
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
        // Not chosen for ever: the first key may yet be in the other one.
        #expect(verdict(.none, .off(Self.failure)) == .alone(.v3))
        #expect(verdict(.off(Self.failure), .none) == .alone(.v2))
        #expect(verdict(.none, .none) == .empty)
        #expect(verdict(.off(Self.failure), .off(Self.failure)) == .waits(Self.failure))
    }

    @Test("Keys in both are nobody's guess")
    func both() {
        guard case .both = verdict(.keys, .keys) else {
            Issue.record("one of both was chosen")
            return
        }
    }

    @Test(
        "What the ledger is pinned to was chosen, whatever its records say; else they do, and those without a key are v3's"
    )
    func known() {
        let (ofV3, ofV2) = ("/pcocc/global/opensm/pkeys/0x5", "v2:/pcocc/global/opensm/pkeys/0x5")
        #expect(StoreChoice.verdict(StoreChoice.Evidence()) == nil)
        #expect(StoreChoice.verdict(evidence(nil)) == nil)
        #expect(StoreChoice.verdict(evidence(nil, ofV3)) == .chosen(.v3))
        #expect(StoreChoice.verdict(evidence(nil, ofV2)) == .chosen(.v2))
        #expect(StoreChoice.verdict(evidence(nil, "")) == .chosen(.v3))
        for pinned in [KeyStore.v3, .v2] {
            #expect(StoreChoice.verdict(evidence(pinned)) == .chosen(pinned))
            #expect(StoreChoice.verdict(evidence(pinned, ofV3, ofV2)) == .chosen(pinned))
        }
    }

    @Test("A ledger that is pinned is asked for nothing else: a large one has tens of thousands of records")
    func pinned() async throws {
        let about = #"{"format":1,"least":"0.1.0","store":"v2"}"#
        let key = Data("/surf-ufm-pkeyd/default/about".utf8).base64EncodedString()
        let value = Data(about.utf8).base64EncodedString()
        let etcd = Answering(
            #"{"header":{"revision":"7"},"kvs":[{"key":"\#(key)","value":"\#(value)","mod_revision":"5"}],"count":"1"}"#
        )
        let member = EtcdEndpoint(scheme: .http, host: "e1", port: 2379)
        let client = try EtcdClient(EtcdConfiguration(endpoints: [member]), transport: etcd)
        let ledger = EtcdLedger(EtcdRecords(client, fabric: "default"), sources: [])
        let known = try await StoreChoice.Evidence(of: ledger)
        #expect(StoreChoice.verdict(known) == .chosen(.v2) && known.recorded.isEmpty)
        #expect(etcd.requests.withLock { $0.count } == 1)
    }

    @Test("Records of both, and two ledgers that are pinned to both, are somebody's to settle")
    func contradictions() {
        var ledgers = evidence(.v3)
        ledgers.formUnion(evidence(.v2))
        for known in [evidence(nil, "/p/0x5", "v2:/p/0x6"), ledgers] {
            guard case .both = StoreChoice.verdict(known) else {
                Issue.record("one of both was chosen: \(known)")
                continue
            }
        }
        var agreeing = evidence(.v2)
        agreeing.formUnion(evidence(.v2, "v2:/p/0x6"))
        agreeing.formUnion(evidence(nil, "/p/0x5"))
        #expect(StoreChoice.verdict(agreeing) == .chosen(.v2))
    }
}
