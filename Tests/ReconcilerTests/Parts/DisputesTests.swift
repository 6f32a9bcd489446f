import Fabric
import KeyHistory
import Testing

@testable import Reconciler

@Suite("What is disputed")
struct DisputesTests {
    private var disputes = Disputes()
    private let pkey: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private mutating func settle(
        _ revision: KeyVersion, _ shown: [KeyName: KeyVersion] = [:], isNewHistory: Bool = false,
        at now: Duration = .zero
    ) -> Set<PKey> {
        let entries = shown.map { KeyEntry(key: $0.key, value: [], revision: $0.value) }
        return disputes.settle(
            by: KeySnapshot(complete: entries, revision: revision), isNewHistory: isNewHistory, now: now
        ).settled
    }

    @Test("A PKey is disputed until each of its keys is settled, or told anew")
    mutating func keys() {
        disputes.add("/p/0x5", of: pkey, at: 70, isSet: true)
        disputes.add("/p/0X5", of: pkey, at: 80, isSet: true)
        disputes.add("/p/0X5", of: pkey, at: 75, isSet: true)
        #expect(settle(70, ["/p/0x5": 70]) == [])
        #expect(disputes.contains(pkey))
        #expect(settle(79) == [])
        #expect(disputes.forget("/p/0X5") == pkey)
        #expect(disputes.forget("/p/0X5") == nil)
        #expect(!disputes.contains(pkey) && disputes.isEmpty)
    }

    @Test("Where another history is believed, the list after that one settles what is left")
    mutating func leftOver() {
        disputes.add("/p/0x5", of: pkey, at: 80, isSet: true)
        #expect(settle(70, isNewHistory: true) == [])
        #expect(disputes.contains(pkey))
        #expect(settle(70) == [pkey])
        #expect(!disputes.contains(pkey))
    }

    @Test(
        "A list that should show what the watch has told, and does not, has to be followed by another one some seconds later"
    )
    mutating func denied() {
        disputes.add("/p/0x5", of: pkey, at: 80, isSet: true)
        #expect(settle(79, ["/p/0x5": 60], at: .seconds(1)) == [])
        #expect(settle(90, ["/p/0x5": 60], at: .seconds(10)) == [])
        #expect(settle(90, ["/p/0x5": 60], at: .seconds(14)) == [])
        #expect(settle(91, ["/p/0x5": 60], at: .seconds(15)) == [pkey])
        disputes.add("/p/0x5", of: pkey, at: 80, isSet: true)
        #expect(settle(90, ["/p/0x5": 85], at: .seconds(16)) == [pkey])
        // It may have gone since, or with a history.
        disputes.add("/p/0x5", of: pkey, at: 80, isSet: true)
        #expect(settle(90, at: .seconds(17)) == [pkey])
    }

    @Test("What the watch told to be there last, and the list lacks that settles it, may be gone with a history")
    mutating func lost() {
        let other = KeyName("/p/0X5")
        func settle(_ disputes: inout Disputes, _ entries: [KeyEntry]) -> Set<PKey> {
            disputes.settle(by: KeySnapshot(complete: entries, revision: 90), isNewHistory: false, now: .zero).lost
        }
        disputes.add("/p/0x5", of: pkey, at: 80, isSet: true)
        #expect(settle(&disputes, []) == [pkey])
        disputes.add("/p/0x5", of: pkey, at: 80, isSet: true)
        #expect(settle(&disputes, [KeyEntry(key: "/p/0x5", value: [], revision: 80)]) == [])
        disputes.add(other, of: pkey, at: 80, isSet: true)
        disputes.add(other, of: pkey, at: 81, isSet: false)
        disputes.add(other, of: pkey, at: 80, isSet: true)
        #expect(settle(&disputes, []) == [])
    }
}

@Suite("Odd names of PKeys")
struct SpellingsTests {
    @Test("So many names of a PKey are remembered, and no more")
    func most() throws {
        let pkey = try PKey(parsing: "0x5")
        var spellings = Spellings()
        let other = try PKey(parsing: "0x6")
        for zeros in 0..<20 { spellings.add(KeyName("/p/0x" + String(repeating: "0", count: zeros) + "5"), of: pkey) }
        #expect(spellings[pkey].count == Spellings.most)
        #expect(spellings[other] == [])
    }
}
