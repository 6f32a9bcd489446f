import Testing

@testable import KeyHistory

/// A point of a store.
func point(_ revision: Int64, store: UInt64? = 7, term: UInt64? = 2) -> StorePoint {
    StorePoint(store: store, revision: KeyVersion(revision), term: term)
}

/// A list of keys at versions; the value of a key is its version, or what is given.
func list(
    _ revision: Int64, _ keys: [String: Int64] = [:], values: [String: UInt8] = [:], store: UInt64? = 7,
    by witness: String? = nil
) -> KeySnapshot {
    let entries = keys.sorted { $0.key < $1.key }.map {
        KeyEntry(
            key: KeyName($0.key), value: [values[$0.key] ?? UInt8(truncatingIfNeeded: $0.value)],
            revision: KeyVersion($0.value))
    }
    return KeySnapshot(complete: entries, at: point(revision, store: store), by: witness.map { Respondent($0) })
}

@Suite("What is remembered of a store")
struct HistoryTests {
    /// Told up to 100: a from 90, b from 50; c went with 80.
    private var history = History()

    init() {
        history.take(list(70, ["a": 60, "b": 50, "c": 40]))
        history.take([.deleted(key: "c", revision: 80)], at: point(80))
        history.take([.set(KeyEntry(key: "a", value: [90], revision: 90))], at: point(90))
        history.reach(point(100))
    }

    @Test("What is told once more at a version is the same, or cannot be true beside what was told before")
    func echoes() {
        func echo(_ change: KeyChange) -> History.Echo { history.echo(of: change) }
        #expect(echo(.set(KeyEntry(key: "a", value: [90], revision: 90))) == .heard)
        #expect(echo(.set(KeyEntry(key: "a", value: [91], revision: 90))) == .contradiction)
        #expect(echo(.set(KeyEntry(key: "a", value: [91], revision: 95))) == .contradiction)
        #expect(echo(.set(KeyEntry(key: "a", value: [90], revision: 60))) == .outdated)
        #expect(echo(.deleted(key: "a", revision: 95)) == .contradiction)
        #expect(echo(.deleted(key: "a", revision: 80)) == .outdated)
        #expect(echo(.deleted(key: "c", revision: 80)) == .heard)
        #expect(echo(.set(KeyEntry(key: "c", value: [40], revision: 40))) == .outdated)
    }

    @Test("What a list lacks is known to be gone from then on, be it one key or all", arguments: [["a": 90], [:]])
    mutating func lacked(keys: [String: Int64]) {
        history.take(list(110, keys))
        #expect(history.count == keys.count)
        #expect(history.deletion(of: "b") == 110)
        #expect(history.deletion(of: "a") == (keys.isEmpty ? 110 : nil))
        // And what changed after the list is not.
        history.take([.set(KeyEntry(key: "d", value: [4], revision: 130))], at: point(130))
        history.take(list(120, keys))
        #expect(history.count == keys.count + 1 && history.deletion(of: "d") == nil)
    }

    @Test(
        "What is known of a key beyond all that was told is not undone by a list of later: that shows an older history"
    )
    mutating func ahead() {
        history.take([.set(KeyEntry(key: "a", value: [113], revision: 113))], at: point(113), isGapless: false)
        #expect(history.judge(list(112, ["a": 111, "b": 50])) == .ours)
        #expect(history.judge(list(113, ["a": 111, "b": 50])) == .suspect)
        #expect(history.judge(list(114, ["a": 113, "b": 50])) == .ours)
        #expect(history.judge(list(115, ["a": 114, "b": 50])) == .ours)
    }

    @Test("Without any memory a list is ours, and a floor of a former life makes one below it old")
    func first() {
        #expect(History().judge(list(3, ["a": 2])) == .ours)
        let former = History(from: point(50))
        #expect(former.judge(list(49, ["a": 2])) == .old)
        #expect(former.judge(list(50, ["a": 2])) == .ours)
        #expect(former.judge(list(900, ["a": 2])) == .ours)
        #expect(former.judge(list(900, ["a": 2], store: 8)) == .otherStore)
    }

    @Test("A first list is compared with what was told before it")
    func firstAfterWords() {
        var former = History(from: point(50))
        former.take([.set(KeyEntry(key: "a", value: [60], revision: 60))], at: point(60))
        former.take([.deleted(key: "b", revision: 70)], at: point(70))
        #expect(former.judge(list(80, ["a": 60, "c": 40])) == .ours)
        #expect(former.judge(list(70, ["a": 60, "c": 40])) == .ours)
        #expect(former.judge(list(80, ["a": 40])) == .suspect)
        #expect(former.judge(list(70, ["c": 40])) == .suspect)
        #expect(former.judge(list(80, ["a": 60, "b": 40])) == .suspect)
    }

    @Test("A later list is ours when every key is unchanged, changed later, or gone")
    func later() {
        #expect(history.judge(list(100, ["a": 90, "b": 50])) == .ours)
        #expect(history.judge(list(120, ["a": 90, "b": 50])) == .ours)
        #expect(history.judge(list(120, ["a": 110, "b": 50, "d": 120])) == .ours)
        #expect(history.judge(list(120)) == .ours)
    }

    @Test(
        "A list of later that has a key from before which we knew otherwise is suspect",
        arguments: [["a": 60, "b": 50], ["a": 90, "b": 50, "c": 40], ["a": 90, "b": 50, "d": 100]])
    func laterAndSuspect(keys: [String: Int64]) {
        #expect(history.judge(list(120, keys)) == .suspect)
        #expect(history.judge(list(100, keys)) == .suspect)
    }

    @Test("The same version with another value is suspect, before and after what was told", arguments: [60, 100, 120])
    func value(revision: Int64) {
        #expect(history.judge(list(revision, ["b": 50, "a": 90], values: ["b": 1])) == .suspect)
    }

    @Test("An earlier list is old where all that differs changed or went after it, and suspect where it did not")
    func earlier() {
        #expect(history.judge(list(95, ["a": 90, "b": 50])) == .old)
        #expect(history.judge(list(85, ["a": 60, "b": 50])) == .old)
        #expect(history.judge(list(75, ["a": 60, "b": 50, "c": 40])) == .old)
        // b has been as it is since 50, and c was gone by 80.
        #expect(history.judge(list(85, ["a": 60])) == .suspect)
        #expect(history.judge(list(85, ["a": 60, "b": 50, "c": 40])) == .suspect)
        // Nothing that we remember is as old as this.
        #expect(history.judge(list(10, ["z": 5])) == .old)
        #expect(history.judge(list(10)) == .old)
    }

    @Test("At what was told, a key that is missing is a contradiction; right after it, it may have gone")
    func absent() {
        #expect(history.judge(list(100, ["a": 90])) == .suspect)
        #expect(history.judge(list(101, ["a": 90])) == .ours)
    }

    @Test("A store of another name is neither ours nor suspect; one without a name counts as the one that is told of")
    func otherStore() {
        #expect(history.judge(list(200, ["x": 150], store: 8)) == .otherStore)
        #expect(history.judge(list(100, ["a": 90, "b": 50], store: nil)) == .ours)
    }

    @Test("A key that an earlier list has and we do not is unknown where our memory of deletions does not reach")
    func memoryOfDeletions() {
        // Went with 80, or before the first list at 70.
        #expect(history.judge(list(71, ["a": 60, "b": 50, "x": 9])) == .suspect)
        #expect(history.judge(list(69, ["a": 60, "b": 50, "x": 9])) == .old)
    }

    @Test("What was told past a gap is remembered, and does not count as told up to there")
    mutating func gap() {
        history.take([.set(KeyEntry(key: "d", value: [1], revision: 130))], at: point(130), isGapless: false)
        history.take([.deleted(key: "b", revision: 131)], at: point(131), isGapless: false)
        #expect(history.told == point(100))
        // What happened between was never told, and contradicts nothing.
        #expect(history.judge(list(120, ["a": 105, "b": 50, "e": 119])) == .ours)
        history.take(list(120, ["a": 105, "b": 50, "e": 119]))
        #expect(history.told == point(120))
        #expect(history.deletion(of: "b") == 131)
        #expect(history.count == 3)
    }

    @Test("A list that is believed all the same takes the place of everything but the store's name")
    mutating func anew() {
        history.begin(with: list(30, ["a": 20], store: nil))
        #expect(history.told == point(30, term: 2))
        #expect(history.count == 1)
        #expect(history.deletion(of: "c") == nil)
        #expect(history.judge(list(31, ["a": 20, "b": 31])) == .ours)
        #expect(history.judge(list(30, ["a": 20], store: 8)) == .otherStore)
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
        history.take(list(1, ["a": 1]))
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
        // What was forgotten is unknown, and no contradiction.
        #expect(history.judge(list(3, ["k0": 2])) == .old)
        #expect(history.judge(list(4, ["a": 4, "z": 1])) == .suspect)
    }
}

@Suite("A list that is in doubt")
struct DoubtTests {
    @Test("Another one that agrees is believed five seconds later, from another witness")
    func agreeing() {
        var doubt = Doubt(list(50, ["a": 40], by: "one"), .suspect, now: .seconds(10))
        #expect(doubt.avoided == Respondent("one"))
        let is1Believed = doubt.hears(list(51, ["a": 40], by: "two"), .suspect, now: .seconds(14))
        #expect(!is1Believed)
        let is2Believed = doubt.hears(list(51, ["a": 40], by: "one"), .suspect, now: .seconds(16))
        #expect(!is2Believed)
        let is3Believed = doubt.hears(list(52, ["a": 40, "b": 52], by: "two"), .suspect, now: .seconds(16))
        #expect(is3Believed)
    }

    @Test("One that says something else begins the waiting anew")
    func disagreeing() {
        var doubt = Doubt(list(50, ["a": 40], by: "one"), .suspect, now: .zero)
        let is4Believed = doubt.hears(list(50, ["a": 41], by: "two"), .suspect, now: .seconds(6))
        #expect(!is4Believed)
        let is5Believed = doubt.hears(list(50, ["a": 41], by: "one"), .suspect, now: .seconds(8))
        #expect(!is5Believed)
        let is6Believed = doubt.hears(list(50, ["a": 41], by: "one"), .suspect, now: .seconds(11))
        #expect(is6Believed)
    }

    @Test("One that only ends too early has to be seen so twice before it is suspect at all")
    func old() {
        var doubt = Doubt(list(50, by: "one"), .old, now: .zero)
        let is7Believed = doubt.hears(list(50, by: "two"), .old, now: .seconds(5))
        #expect(!is7Believed)
        #expect(doubt.kind == .suspect)
        let is8Believed = doubt.hears(list(51, by: "one"), .old, now: .seconds(9))
        #expect(!is8Believed)
        let is9Believed = doubt.hears(list(51, by: "one"), .old, now: .seconds(10))
        #expect(is9Believed)
    }

    @Test("It knows whether any of its lists has contradicted what was known")
    func contradicted() {
        var doubt = Doubt(list(50, ["a": 40]), .old, now: .zero)
        #expect(!doubt.hasContradicted)
        _ = doubt.hears(list(52, ["a": 40]), .suspect, now: .seconds(1))
        #expect(doubt.hasContradicted)
    }

    @Test("That one has contradicted what was known is not taken back by one that merely ends too early")
    func contradictedBefore() {
        var doubt = Doubt(list(52, ["a": 40]), .suspect, now: .zero)
        let isBelieved = doubt.hears(list(5, ["a": 3]), .old, now: .seconds(1))
        #expect(!isBelieved && doubt.kind == .old && doubt.hasContradicted)
    }

    @Test("Others are asked for at once, and then less and less often")
    func pauses() {
        var doubt = Doubt(list(50), .suspect, now: .zero)
        var times: [Duration] = []
        for _ in 0..<9 {
            times.append(doubt.askAt)
            doubt.asked(now: doubt.askAt)
        }
        #expect(times == [1, 3, 5, 13, 29, 59, 89, 119, 149].map { Duration.seconds($0) })
    }
}
