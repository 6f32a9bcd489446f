import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

@Suite("Desired state")
struct DesiredStateTests {
    static let prefix: KeyName = "/pcocc/global/opensm/pkeys/"
    private var state = DesiredState([SourceID("etcd", prefix: Self.prefix)], flags: FlagPolicy())
    private let pkey: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private func entry(_ name: String, _ value: String, _ revision: KeyVersion) -> KeyEntry {
        KeyEntry(key: Self.prefix + name, value: Array(value.utf8), revision: revision)
    }

    private func hosts(_ digits: String...) -> String {
        "{'host_guids': [\(digits.map { "'0x043f720300f5517\($0)'" }.joined(separator: ", "))], 'vf_guids': []}"
    }

    private func members() -> [String] {
        guard case .present(let desired) = state.intent(of: pkey) else { return [] }
        return desired.members.guids.map(\.description).sorted()
    }

    @Test("A key wants its partition, a change wants the new members, a deletion wants none")
    mutating func life() {
        #expect(state.apply([.set(entry("0x5", hosts("1"), 10))]).changed == [pkey])
        #expect(members() == ["043f720300f55171"])
        _ = state.apply([.set(entry("0x5", hosts("2", "3"), 11))])
        #expect(members() == ["043f720300f55172", "043f720300f55173"])
        #expect(state.apply([.deleted(key: Self.prefix + "0x5", revision: 12)]).changed == [pkey])
        #expect(state.intent(of: pkey) == .absent)
    }

    @Test("A list of another history leaves what the watch told as it is, and on a list's word alone")
    mutating func doubt() {
        _ = state.replace(with: KeySnapshot(complete: [], revision: 9))
        _ = state.apply([.set(entry("0x5", hosts("1"), 10))])
        #expect(state.word(on: pkey) == .told)
        let other = KeySnapshot(complete: [entry("0x5", hosts("2"), 10)], revision: 11)
        #expect(state.replace(with: other).verdict == .suspect)
        #expect(members() == ["043f720300f55171"] && state.word(on: pkey) == .listed)
        // What the watch tells from then on is its word again.
        _ = state.apply([.set(entry("0x5", hosts("3"), 12))])
        #expect(state.word(on: pkey) == .told)
    }

    @Test("What a watch that is over told beyond a doubt hides nothing that a list shows which is used after it")
    mutating func outlived() throws {
        _ = state.replace(with: KeySnapshot(complete: [entry("0x6", hosts("1"), 9)], revision: 9))
        // Of a store that is wiped by and by, and of the one after it: with the same versions.
        #expect(
            state.replace(with: KeySnapshot(complete: [entry("0x6", hosts("2"), 9)], revision: 20)).verdict == .suspect)
        _ = state.apply([.set(entry("0x5", hosts("1"), 30))])
        _ = state.apply([.set(entry("0x7", hosts("1"), 31))])
        #expect(
            state.replace(with: KeySnapshot(complete: [entry("0x5", hosts("2"), 9)], revision: 9)).verdict == .suspect)
        _ = state.apply([.set(entry("0x8", hosts("4"), 12))])
        let list = KeySnapshot(complete: [entry("0x5", hosts("2"), 9), entry("0x8", hosts("4"), 12)], revision: 12)
        #expect(state.merge(list).verdict == .either)
        #expect(members() == ["043f720300f55172"] && state.word(on: pkey) == .listed && state.revision(of: pkey) == 9)
        // The other one waits for the watch to tell its end.
        #expect(state.intent(of: try PKey(parsing: "0x7")) == .held(.awaitingWatch))
    }

    @Test("A deletion that the watch tells is no word on another key that decides from then on")
    mutating func otherKey() {
        _ = state.replace(with: KeySnapshot(complete: [], revision: 9))
        _ = state.apply([.set(entry("0x0005", hosts("1"), 10))])
        _ = state.apply([.set(entry("0x5", hosts("2"), 11))])
        _ = state.apply([.deleted(key: Self.prefix + "0x5", revision: 12)])
        #expect(members() == ["043f720300f55171"] && state.word(on: pkey) == .listed)
        _ = state.apply([.deleted(key: Self.prefix + "0x0005", revision: 13)])
        #expect(state.intent(of: pkey) == .absent && state.word(on: pkey) == .told)
    }

    @Test("What was disputed is wanted on a list's word alone once that is settled")
    mutating func settled() {
        _ = state.replace(with: KeySnapshot(complete: [], revision: 9))
        _ = state.merge(KeySnapshot(complete: [], revision: 3))
        _ = state.apply([.set(entry("0x5", hosts("1"), 10))])
        #expect(state.word(on: pkey) == .told)
        _ = state.apply([.set(entry("0x0005", hosts("2"), 8))])
        #expect(state.intent(of: pkey) == .held(.disputed))
        _ = state.merge(KeySnapshot(complete: [entry("0x5", hosts("1"), 10)], revision: 11))
        #expect(members() == ["043f720300f55171"] && state.word(on: pkey) == .listed)
    }

    @Test("A value that cannot be read holds the partition, and says so once for each revision")
    mutating func held() {
        let snapshot = KeySnapshot(complete: [entry("0x5", "nonsense", 10)], revision: 10)
        #expect(state.replace(with: snapshot).warnings.count == 1)
        #expect(state.intent(of: pkey) == .held(.unreadable))
        #expect(state.replace(with: snapshot).warnings.isEmpty)
        #expect(state.merge(snapshot).warnings.isEmpty)
        #expect(state.apply([.set(entry("0x5", "[1]", 11))]).warnings.count == 1)
    }

    @Test("Invalid GUIDs are skipped with a warning each; with none left the partition is held, with one warning")
    mutating func invalidGUIDs() {
        let warnings = state.apply([
            .set(entry("0x5", "{'host_guids': ['0x043f720300f55171', 'zz', '0x0000000000000000', [1]]}", 10))
        ]).warnings
        #expect(warnings.count == 3)
        #expect(members() == ["043f720300f55171"])
        let held = state.apply([.set(entry("0x5", "{'host_guids': ['zz', 'yy'], 'vf_guids': []}", 11))])
        #expect(held.warnings.count == 1)
        #expect(state.intent(of: pkey) == .held(.unreadable))
        #expect(state.keyStates(of: pkey).mapValues(\.version) == [Self.prefix + "0x5": 11])
        _ = state.apply([.set(entry("0x5", "{'host_guids': [], 'vf_guids': []}", 12))])
        #expect(state.intent(of: pkey) == .absent)
    }

    @Test("Of two keys for one PKey the one that changed last counts, with a warning; without it the other does")
    mutating func twoKeys() {
        _ = state.apply([.set(entry("0x5", hosts("1"), 10))])
        let outcome = state.apply([.set(entry("0x0005", hosts("2"), 11))])
        #expect(outcome.warnings.count == 1)
        #expect(members() == ["043f720300f55172"])
        #expect(state.revision(of: pkey) == 11)
        #expect(
            state.keyStates(of: pkey).mapValues(\.version) == [Self.prefix + "0x5": 10, Self.prefix + "0x0005": 11])
        _ = state.apply([.deleted(key: Self.prefix + "0x0005", revision: 12)])
        #expect(members() == ["043f720300f55171"])
    }

    @Test("A record contradicts what is listed of the key that decides, and of no other")
    mutating func contradicted() {
        _ = state.apply([.set(entry("0x0005", hosts("1"), 10)), .set(entry("0x5", hosts("2"), 20))])
        for (key, revision, isContradicted) in [
            ("0x5", 21, true), ("0x5", 20, false), ("0x0005", 15, false), ("0x0005", 21, false), ("0x05", 21, false),
        ] as [(String, KeyVersion, Bool)] {
            let record = LedgerRecord(.synced, key: Self.prefix + key, revision: revision)
            #expect(state.contradicts(record, of: pkey) == isContradicted, "\(key) \(revision)")
        }
    }

    @Test("Every name that a PKey was seen to have is compared, also when it is gone", arguments: ["0x0005", "0x05"])
    mutating func padded(name: String) {
        _ = state.apply([.set(entry(name, hosts("1"), 10))])
        _ = state.apply([.deleted(key: Self.prefix + name, revision: 11)])
        #expect(
            state.keyStates(of: pkey).mapValues(\.version) == [
                Self.prefix + "0x5": .absent, Self.prefix + name: .absent,
            ])
    }

    @Test("So is a name in capitals, and one that is as pcocc would write it is no other name")
    mutating func capitals() throws {
        let other = try PKey(parsing: "0x200e")
        for name in ["0x200e", "0x200E"] {
            _ = state.apply([.set(entry(name, hosts("1"), 10))])
            _ = state.apply([.deleted(key: Self.prefix + name, revision: 11)])
        }
        #expect(Set(state.keyStates(of: other).keys) == [Self.prefix + "0x200e", Self.prefix + "0x200E"])
    }

    @Test(
        "Names that are no managed PKey are ignored with one warning",
        arguments: [
            "0x7fff", "0x0", "0x8001", "hello", "", "0x2_000", "sub/0x5",
        ])
    mutating func strangers(name: String) {
        let snapshot = KeySnapshot(complete: [entry(name, hosts("1"), 10)], revision: 10)
        #expect(state.replace(with: snapshot).warnings.count == 1)
        #expect(state.replace(with: snapshot).warnings.isEmpty)
        #expect(state.pkeys.isEmpty)
    }

    @Test("A list beside a running watch repairs what the watch missed, and its echoes on the watch do nothing")
    mutating func merging() throws {
        let other = try PKey(parsing: "0x6")
        _ = state.apply([.set(entry("0x5", hosts("1"), 10)), .set(entry("0x6", hosts("1"), 10))])
        _ = state.merge(
            KeySnapshot(complete: [entry("0x5", hosts("2"), 15), entry("0x6", hosts("1"), 10)], revision: 20))
        #expect(members() == ["043f720300f55172"])
        // The watch tells what the list told already, and what was before it.
        #expect(state.apply([.set(entry("0x5", hosts("3"), 12))]).changed.isEmpty)
        #expect(members() == ["043f720300f55172"])
        // Absent from a list that is newer than what we know of it: the watch has 15 s to tell its end.
        #expect(state.merge(KeySnapshot(complete: [entry("0x6", hosts("1"), 10)], revision: 31)).changed == [pkey])
        #expect(state.intent(of: pkey) == .held(.awaitingWatch))
        #expect(state.intent(of: other) != .absent)
    }

    @Test("A list from before what is known is not used")
    mutating func oldList() {
        _ = state.replace(with: KeySnapshot(complete: [entry("0x5", hosts("1"), 5)], revision: 5))
        _ = state.merge(KeySnapshot(complete: [], revision: 3))
        #expect(members() == ["043f720300f55171"])
        // The watch counts as well: an empty store may have got past the last list.
        _ = state.apply([.set(entry("0x5", hosts("2"), 29))])
        _ = state.merge(KeySnapshot(complete: [], revision: 21))
        #expect(members() == ["043f720300f55172"])
    }

    @Test("A list from before does not bring back what the watch told to be gone, nor make it listen to echoes")
    mutating func deletedSinceTheList() {
        _ = state.apply([.set(entry("0x5", hosts("1"), 10))])
        _ = state.apply([.deleted(key: Self.prefix + "0x5", revision: 29)])
        _ = state.merge(KeySnapshot(complete: [entry("0x5", hosts("1"), 10)], revision: 21))
        #expect(state.intent(of: pkey) == .absent)

        _ = state.replace(with: KeySnapshot(complete: [], revision: 40))
        _ = state.merge(KeySnapshot(complete: [], revision: 30))
        // Nobody knows in a doubt whether it is an echo.
        _ = state.apply([.set(entry("0x5", hosts("1"), 35))])
        #expect(state.intent(of: pkey) == .held(.disputed))
        _ = state.merge(KeySnapshot(complete: [], revision: 41))
        #expect(state.intent(of: pkey) == .absent)
    }
}

@Suite("Desired state of two sources")
struct TwoSourcesTests {
    private let file = SourceID("pkeys.yaml", prefix: "file:")
    private let etcd = SourceID("etcd", prefix: "/p/")
    private let pkey: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private func list(_ source: SourceID, host: String? = nil, at revision: KeyVersion) -> KeySnapshot {
        let entries = host.map { host in
            KeyEntry(
                key: source.prefix + "0x5", value: Array("{host_guids: ['\(host)']}".utf8), revision: revision)
        }
        return KeySnapshot(complete: entries.map { [$0] } ?? [], at: StorePoint(revision: revision))
    }

    private func host(_ state: DesiredState) -> String? {
        guard case .present(let desired) = state.intent(of: pkey) else { return nil }
        return desired.members.guids.first?.description
    }

    @Test("The first source that names a PKey decides, whichever changed later; without its key the other one does")
    func precedence() {
        var state = DesiredState([file, etcd], flags: FlagPolicy())
        #expect(state.take(list(etcd, host: "043f720300f55171", at: 900), .afresh, from: etcd).changed == [pkey])
        #expect(!state.isListed)
        let outcome = state.take(list(file, host: "043f720300f55172", at: 3), .afresh, from: file)
        #expect(state.isListed && state.name == "pkeys.yaml and etcd")
        #expect(outcome.changed == [pkey])
        #expect(outcome.warnings.count == 1)
        #expect(outcome.warnings.first?.hasSuffix("file:0x5 counts, since pkeys.yaml goes first") == true)
        #expect(host(state) == "043f720300f55172")
        #expect(state.key(of: pkey) == "file:0x5")
        #expect(state.keyStates(of: pkey).mapValues(\.version) == ["file:0x5": 3, "/p/0x5": 900])
        // What the other one tells changes nothing, until it is alone.
        let change = KeyChange.set(
            KeyEntry(key: "/p/0x5", value: Array("{host_guids: ['043f720300f55173']}".utf8), revision: 901))
        _ = state.take([change], at: StorePoint(revision: 901), from: etcd)
        #expect(host(state) == "043f720300f55172")
        let gone = KeyChange.deleted(key: "file:0x5", revision: 4)
        #expect(state.take([gone], at: StorePoint(revision: 4), from: file).changed == [pkey])
        #expect(host(state) == "043f720300f55173")
        #expect(state.keyStates(of: pkey).mapValues(\.version) == ["file:0x5": 0, "/p/0x5": 901])
    }

    @Test("A list of one source says nothing of the other, and each has its own history")
    func apart() {
        var state = DesiredState([file, etcd], flags: FlagPolicy())
        _ = state.take(list(etcd, host: "043f720300f55171", at: 900), .afresh, from: etcd)
        let epochs = state.epochs
        #expect(state.take(list(file, at: 3), .afresh, from: file).changed == [])
        #expect(state.epochs[0] != epochs[0] && state.epochs[1] == epochs[1])
        #expect(host(state) == "043f720300f55171")
        #expect(state.take(list(file, at: 4), .besideWatch(asked: 3), from: file).verdict == .ours)
        #expect(state.take(list(etcd, at: 899), .besideWatch(asked: 900), from: etcd).verdict == .old)
        #expect(host(state) == "043f720300f55171")
    }

    @Test("Whether a record is from a history that was lost is asked of the source that gave its key")
    func lostHistory() {
        var state = DesiredState([file, etcd], flags: FlagPolicy())
        _ = state.take(list(file, at: 3), .afresh, from: file)
        _ = state.take(list(etcd, at: 900), .afresh, from: etcd)
        #expect(state.lostHistory(of: LedgerRecord(.synced, key: "/p/0x5", revision: 900)) == nil)
        #expect(state.lostHistory(of: LedgerRecord(.synced, key: "/p/0x5", revision: 901)) == 900)
        #expect(state.lostHistory(of: LedgerRecord(.synced, key: "file:0x5", revision: 900)) == 3)
        // A key of a source that is followed no more.
        #expect(state.lostHistory(of: LedgerRecord(.synced, key: "/q/0x5", revision: 900)) == nil)
        state.reach(StorePoint(revision: 901), in: etcd)
        #expect(state.lostHistory(of: LedgerRecord(.synced, key: "/p/0x5", revision: 901)) == nil)
    }
}

/// Telling the only source of a desired state.
extension DesiredState {
    mutating func replace(with list: KeySnapshot) -> Outcome { take(list, .afresh, from: sources[0]) }

    mutating func merge(_ list: KeySnapshot, at now: Duration = .zero) -> Outcome {
        take(list, .besideWatch(asked: reached(sources[0])?.revision ?? .absent), from: sources[0], now: now)
    }

    mutating func apply(_ changes: [KeyChange]) -> Outcome {
        take(changes, at: StorePoint(revision: changes.map(\.revision).max() ?? .absent), from: sources[0])
    }
}
