import EtcdGateway
import KeyHistory
import Testing
import Transport

@testable import EtcdV2

@Suite("Where a follower of the v2 store stands")
struct V2PositionTests {
    private static let store: UInt64 = 0xcd
    private static let directory = V2DirectoryName("/p")

    private func header(_ index: Int64, store: UInt64 = store) -> V2Header {
        V2Header(
            HTTPResponseHead(
                status: 200,
                headers: [
                    HTTPHeader("X-Etcd-Cluster-Id", String(store, radix: 16)), HTTPHeader("X-Etcd-Index", "\(index)"),
                    HTTPHeader("X-Raft-Term", "3"),
                ]))
    }

    private func list(_ keys: [String: Int64], at index: Int64, store: UInt64 = store) -> KeySnapshot {
        KeySnapshot(
            complete: keys.map { KeyEntry(key: KeyName($0.key), value: [], revision: KeyVersion($0.value)) },
            at: StorePoint(store: store, revision: KeyVersion(index), term: 3))
    }

    private func event(_ action: String, _ json: String, was: String? = nil) throws -> V2Event {
        let previous = was.map { #","prevNode":\#($0)"# } ?? ""
        let text = #"{"action":"\#(action)","node":\#(json)\#(previous)}"#
        return V2Event(try V2Wire.decode(WireEvent.self, from: Array(text.utf8)))
    }

    private func following(_ keys: [String: Int64], at index: Int64) -> V2Position {
        var position = V2Position(of: Self.directory)
        #expect(position.next == .list(.start))
        let isOurs = position.listed(list(keys, at: index))
        #expect(isOurs)
        return position
    }

    @Test("A list at an index is followed from the next one on")
    func listThenWatch() {
        #expect(following(["/p/a": 3], at: 7).next == .watch(from: 8, isSingle: false))
    }

    @Test("What happened before a watch was taken up is asked for one by one, and what happens is not")
    func past() throws {
        var position = following([:], at: 7)
        let first = position.received(try event("set", #"{"key":"/p/a","value":"1","modifiedIndex":8}"#), header(20))
        #expect(first?.1.count == 1)
        #expect(position.next == .watch(from: 9, isSingle: true))
        _ = position.received(try event("set", #"{"key":"/p/a","value":"1","modifiedIndex":20}"#), header(20))
        #expect(position.next == .watch(from: 21, isSingle: false))
    }

    @Test("What was told is not told again; what is hidden, or elsewhere, moves the position and no more")
    func echoes() throws {
        var position = following(["/p/a": 3], at: 7)
        let echo = position.received(try event("set", #"{"key":"/p/a","value":"1","modifiedIndex":7}"#), header(7))
        #expect(echo?.0 == nil)
        for (index, key) in ["/p/_h", "/p/x/_h/y", "/q/a", "/pp"].enumerated() {
            let told = position.received(
                try event("set", #"{"key":"\#(key)","value":"1","modifiedIndex":\#(8 + index)}"#), header(7))
            #expect(told?.1.isEmpty == true)
        }
        #expect(position.told == 11)
    }

    @Test(
        "A directory that goes, this one or one above it too, takes the keys in it and no others",
        arguments: [
            ("/p", 3), ("/", 3), ("/p/in", 2), ("/p/i", 0), ("/pp", 0),
        ])
    func directories(name: String, count: Int) throws {
        var position = following(["/p/a": 3, "/p/in/b": 4, "/p/in/c": 5], at: 7)
        let node = #"{"key":"\#(name)","dir":true,"modifiedIndex":8}"#
        for action in ["delete", "expire"] {
            var position = position
            let told = position.received(try event(action, node, was: node), header(7))
            #expect(told?.1.count == count && told?.1.allSatisfy { $0.value == nil } == true)
        }
        let made = position.received(try event("set", node), header(7))
        #expect(made?.1.isEmpty == true)
    }

    @Test("A list beside the watch: nothing new, something that the watch has yet to tell, or another store")
    func judgement() throws {
        let keys: [String: Int64] = ["/p/a": 3]
        var position = following(keys, at: 7)
        let early = [
            list(keys, at: 7), list(["/p/a": 9], at: 9), list([:], at: 9), list(["/p/a": 3, "/p/b": 8], at: 9),
        ].map { position.judge($0, since: 7) }
        #expect(early == [.current(nil), .behind, .behind, .behind])
        #expect(position.told == 7)
        let later = position.judge(list(keys, at: 900), since: 7)
        #expect(later == .current(StorePoint(store: Self.store, revision: 900, term: 3)))
        #expect(position.next == .watch(from: 901, isSingle: false))
        // The watch went on while the list was under way.
        _ = position.received(try event("set", #"{"key":"/p/a","value":"1","modifiedIndex":905}"#), header(900))
        let overtaken = position.judge(list(keys, at: 902), since: 900)
        #expect(overtaken == .current(nil))
    }

    @Test("A store that is behind, of another name, or that shows what was never told, is listed anew")
    func doubts() {
        let keys: [String: Int64] = ["/p/a": 3]
        let rows: [(KeySnapshot, RelistReason)] = [
            (list(keys, at: 6), .revisionWentBack), (list(keys, at: 9, store: 1), .clusterChanged),
            (list(["/p/a": 5], at: 7), .doubt),
        ]
        for (list, reason) in rows {
            var position = following(keys, at: 7)
            let verdict = position.judge(list, since: 7)
            #expect(verdict == .otherStore && position.next == .list(reason))
        }
        var position = following(keys, at: 7)
        let isTaken = position.listed(list(keys, at: 9, store: 1))
        #expect(!isTaken)
    }

    @Test("An outdated place, a missing directory and what cannot be understood lead to a list")
    func failures() {
        let rows: [(EtcdError.Kind, RelistReason)] = [
            (.compacted(before: nil), .compacted), (.missing, .doubt), (.malformedAnswer, .doubt),
        ]
        for (kind, reason) in rows {
            var position = following([:], at: 7)
            let goesOn = position.failed(EtcdError(kind, ""))
            #expect(goesOn)
            #expect(position.next == .list(reason))
        }
        var fresh = V2Position(of: Self.directory)
        let verdicts = [EtcdError.Kind.refusedCredentials, .unavailable].map { fresh.failed(EtcdError($0, "")) }
        #expect(verdicts == [false, true])
    }

    @Test("A store on which much is written is listed more often, but where a login makes each list dear")
    func pace() {
        var pace = V2Pace(isAuthenticated: false)
        #expect(pace.interval == .seconds(5))
        pace.reached(1_000)
        pace.reached(1_100)
        #expect(pace.interval == .seconds(5))
        pace.reached(2_100)
        #expect(pace.interval == .milliseconds(2_500))
        pace.reached(1_000_000)
        #expect(pace.interval == .seconds(1))
        pace.reached(1_000_000)
        #expect(pace.interval == .seconds(5))
        var dear = V2Pace(isAuthenticated: true)
        dear.reached(1)
        dear.reached(1_000_000)
        #expect(dear.interval == .seconds(10))
    }
}
