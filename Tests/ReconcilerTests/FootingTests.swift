import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// What a daemon stands on, and what of it waits for somebody's word.
@Suite("The footing of a daemon")
struct FootingTests {
    private func footing(_ hosts: [String], _ range: String) throws -> Footing {
        Footing(hosts: hosts, range: try #require(ManagedRange(described: range)))
    }

    @Test("The first daemon stands on what it was given, and so does one whose range is as it was, or narrower")
    func stands() throws {
        let known = try footing(["ufm1", "10.0.0.1"], "0x2000-0x3000")
        #expect(known.verdict(after: nil, isOurUFM: true) == .stands)
        #expect(known.verdict(after: known, isOurUFM: true) == .stands)
        let narrower = try footing(["ufm1"], "0x2000-0x20ff,0x2fff-0x3000")
        #expect(narrower.verdict(after: known, isOurUFM: true) == .stands)
    }

    @Test("With a wider range the old one goes on")
    func wider() throws {
        let known = try footing(["ufm1"], "0x2000-0x3000")
        let everything = Footing(hosts: ["ufm1"], range: .everything)
        let old = try #require(ManagedRange(described: "0x2000-0x3000"))
        #expect(everything.verdict(after: known, isOurUFM: true) == .waits(admitted: old))
        let other = try footing(["ufm1"], "0x2800-0x4000")
        let both = try #require(ManagedRange(described: "0x2800-0x3000"))
        #expect(other.verdict(after: known, isOurUFM: true) == .waits(admitted: both))
        #expect(
            other.differences(from: known, isOurUFM: true) == "the managed range is 0x2800-0x4000 and was 0x2000-0x3000"
        )
    }

    @Test("With another UFM, or a range that has nothing of the old one, nothing goes on")
    func another() throws {
        let known = try footing(["ufm1"], "0x2000-0x3000")
        let apart = try footing(["ufm1"], "0x4000-0x4fff")
        #expect(apart.verdict(after: known, isOurUFM: true) == .waits(admitted: nil))
        let other = try footing(["ufm9"], "0x2000-0x3000")
        #expect(other.verdict(after: known, isOurUFM: false) == .waits(admitted: nil))
        #expect(other.differences(from: known, isOurUFM: false).hasPrefix("UFM is ufm9 and was ufm1"))
    }

    @Test("With keys below another prefix nothing goes on: all that is ours would look deleted")
    func elsewhere() throws {
        let range = try #require(ManagedRange(described: "0x2000-0x3000"))
        func keys(_ prefix: KeyName?) -> Footing { Footing(hosts: ["ufm1"], range: range, prefix: prefix) }
        let (known, other) = (keys("/pcocc/global/opensm/pkeys/"), keys("/pcocc/pkeys/"))
        #expect(other.verdict(after: known, isOurUFM: true) == .waits(admitted: nil))
        #expect(
            other.differences(from: known, isOurUFM: true)
                == "keys are looked for below /pcocc/pkeys/ and were below /pcocc/global/opensm/pkeys/")
        // What nobody has said before contradicts nobody, and is to be written down.
        #expect(other.verdict(after: keys(nil), isOurUFM: true) == .stands && !other.isSame(as: keys(nil)))
        #expect(known.verdict(after: known, isOurUFM: true) == .stands && known.isSame(as: known))
    }

    @Test("A UFM is the same by one name or address, or by most of what is ours there")
    func same() throws {
        let known = try footing(["ufm1", "10.0.0.1"], "0x2000-0x3000")
        let (moved, other) = (try footing(["ufm2", "10.0.0.1"], "0x1-0x2"), try footing(["ufm2"], "0x1-0x2"))
        #expect(moved.sharesHost(with: known) && !other.sharesHost(with: known))
        let pkeys = (0x2000..<0x2004).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }
        let records = Dictionary(
            uniqueKeysWithValues: pkeys.map { ($0, LedgerRecord(.synced, key: "/p/0x1", revision: 1)) })
        let ledger = LedgerContent(records)
        func fabric(_ count: Int) -> FabricSnapshot {
            FabricSnapshot(
                complete: pkeys.prefix(count).map { Partition(number: $0.number, ipOverIB: false, members: []) })
        }
        #expect(Footing.hasOurs(ledger, in: fabric(2)) && !Footing.hasOurs(ledger, in: fabric(1)))
        #expect(Footing.hasOurs(LedgerContent([:]), in: fabric(0)))
    }

    @Test(
        "A range is read as it is described, and a text that is none is not", arguments: ["", "0x1", "0x5-0x3", "a-b"])
    func described(_ nonsense: String) throws {
        #expect(ManagedRange(described: nonsense) == nil)
        for text in ["0x1-0x7ffe", "0x2000-0x3000,0x3800-0x38ff"] {
            let range = try #require(ManagedRange(described: text))
            #expect(range.description == text)
        }
        let all = try #require(ManagedRange(described: ManagedRange.everything.description))
        #expect(all.covers(.everything) && ManagedRange.everything.covers(all))
        #expect(all.intersection(.everything) == all && ManagedRange.everything.intersection(all) == all)
    }
}
