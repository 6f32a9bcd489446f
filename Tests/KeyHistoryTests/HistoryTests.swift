import Testing

@testable import KeyHistory

@Suite("What is remembered of a store")
struct HistoryTests {
    private func point(_ revision: Int64, store: UInt64? = 7, term: UInt64? = 2) -> StorePoint {
        StorePoint(store: store, revision: KeyVersion(revision), term: term)
    }

    private func list(_ revision: Int64, _ keys: [String: Int64] = [:], store: UInt64? = 7) -> KeySnapshot {
        let entries = keys.sorted { $0.key < $1.key }.map {
            KeyEntry(key: KeyName($0.key), value: [1], revision: KeyVersion($0.value))
        }
        return KeySnapshot(complete: entries, at: point(revision, store: store))
    }

    @Test("A list that is asked for afresh is believed, whatever was known before")
    func afresh() {
        var history = History()
        #expect(history.judge(list(100, ["a": 90]), .afresh) == .ours)
        #expect(history.told == point(100))
        #expect(history.judge(list(3, ["b": 2], store: 8), .afresh) == .ours)
        #expect(history.told == point(3, store: 8))
        #expect(history.newest == 3)
        #expect(history.count == 1)
    }

    @Test("A list beside a watch is old when something newer was told, and is believed otherwise")
    func besideWatch() {
        var history = History()
        _ = history.judge(list(10, ["a": 5]), .afresh)
        #expect(history.judge(list(9, ["a": 5]), .besideWatch) == .old)
        #expect(history.judge(list(10, ["a": 5]), .besideWatch) == .ours)
        history.take([.set(KeyEntry(key: "b", value: [2], revision: 20))], at: point(20))
        #expect(history.judge(list(19, ["a": 5]), .besideWatch) == .old)
        #expect(history.count == 2)
        // That nothing changed was told up to there; a list from in between shows the same.
        history.reach(point(40))
        #expect(history.judge(list(30, ["a": 5, "b": 20]), .besideWatch) == .ours)
        #expect(history.told == point(40))
    }

    @Test("Changes and progress move what was told, and never back; a word without a store or term changes neither")
    func telling() {
        var history = History(from: point(4))
        history.take([], at: point(6))
        #expect(history.told == point(6))
        history.reach(point(5, store: 9))
        #expect(history.told == point(6))
        history.reach(point(8, store: nil, term: nil))
        #expect(history.told == point(8))
        history.reach(point(8, term: 3))
        #expect(history.told == point(8, term: 3))
    }

    @Test("A deletion is remembered until the key is set again, and at least so many are")
    func deletions() {
        var history = History()
        _ = history.judge(list(1, ["a": 1]), .afresh)
        history.take([.deleted(key: "a", revision: 2)], at: point(2))
        #expect(history.deletion(of: "a") == 2)
        #expect(history.count == 0)
        for number in 0..<History.leastDeletions {
            history.take([.deleted(key: KeyName("k\(number)"), revision: 3)], at: point(3))
        }
        #expect(history.deletion(of: "a") == 2)
        history.take([.set(KeyEntry(key: "a", value: [1], revision: 4))], at: point(4))
        #expect(history.deletion(of: "a") == nil)
        for number in 0..<2 * History.leastDeletions {
            history.take([.deleted(key: KeyName("l\(number)"), revision: 5)], at: point(5))
        }
        #expect(history.deletion(of: "k0") == nil)
        #expect(history.deletion(of: KeyName("l\(History.leastDeletions)")) == 5)
    }

    @Test("What was deleted before a list that is asked for afresh belongs to another memory")
    func deletionsOfBefore() {
        var history = History()
        history.take([.deleted(key: "a", revision: 2)], at: point(2))
        _ = history.judge(list(3), .afresh)
        #expect(history.deletion(of: "a") == nil)
    }
}
