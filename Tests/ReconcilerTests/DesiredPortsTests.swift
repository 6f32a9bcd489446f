import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// What desired state tells of ports that are wanted in many places, and of keys that are not ours to manage.
@Suite("Ports and ranges of desired state")
struct DesiredPortsTests {
    private static let prefix: KeyName = "/p/"

    private func state(_ index0: Index0Policy, _ range: ManagedRange = .everything) -> DesiredState {
        DesiredState([SourceID("etcd", prefix: Self.prefix)], flags: FlagPolicy(index0: index0), range: range)
    }

    private func set(
        _ name: String, hosts: [String] = [], functions: [String] = [], _ revision: KeyVersion
    ) -> KeyChange {
        func list(_ guids: [String]) -> String { guids.map { "'0x\($0)'" }.joined(separator: ", ") }
        let value = "{'host_guids': [\(list(hosts))], 'vf_guids': [\(list(functions))]}"
        return .set(KeyEntry(key: Self.prefix + name, value: Array(value.utf8), revision: revision))
    }

    private let host = "043f720300f55176"

    @Test("A port with index 0 in two PKeys is warned of, with both names; once it is free again, no more")
    func indexZeroTwice() {
        var state = state(.all)
        #expect(state.apply([set("0x5", hosts: [host], 10)]).warnings == [])
        let warnings = state.apply([set("0x6", hosts: [host], 11)]).warnings
        #expect(
            warnings == [
                "/p/0x6: GUIDs [\(host)] are to have index 0 in PKeys [0x5] as well: each port has one, and the subnet "
                    + "manager chooses"
            ])
        _ = state.apply([.deleted(key: "/p/0x5", revision: 12)])
        #expect(state.apply([set("0x6", hosts: [host], 13)]).warnings == [])
        // A value that is written again does not compete with itself.
        #expect(state.apply([set("0x6", hosts: [host], 14)]).warnings == [])
    }

    @Test("Hosts of which index 0 is not wanted compete for nothing; virtual functions do")
    func otherPolicies() {
        var state = state(.vf)
        _ = state.apply([set("0x5", hosts: [host], 10)])
        #expect(state.apply([set("0x6", hosts: [host], 11)]).warnings == [])
        _ = state.apply([set("0x7", functions: ["aaaa720300f55176"], 12)])
        #expect(state.apply([set("0x8", functions: ["aaaa720300f55176"], 13)]).warnings.count == 1)
    }

    @Test("A port in more PKeys than its table holds is warned of at the one that is too many")
    func fullTable() {
        var state = state(.none)
        for number in 1...126 {
            let change = set("0x" + String(number, radix: 16), hosts: [host], KeyVersion(Int64(number)))
            #expect(state.apply([change]).warnings == [])
        }
        let warnings = state.apply([set("0x200", hosts: [host], 200)]).warnings
        #expect(warnings == ["/p/0x200: GUIDs [\(host)] are in more than 126 PKeys, more than ports hold"])
        _ = state.apply([.deleted(key: "/p/0x1", revision: 201)])
        #expect(state.apply([set("0x200", hosts: [host], 202)]).warnings == [])
    }

    @Test("Whether a port is wanted since a moment is asked of the source that wants it, whatever versions others have")
    func claimedSince() throws {
        let (pkey, guid) = (try PKey(parsing: "0x6"), try GUID(parsing: host))
        let file = SourceID("file", prefix: "file:")
        func want(_ revision: KeyVersion) -> KeyChange {
            let value = "{'host_guids': ['0x\(host)']}"
            return .set(KeyEntry(key: "file:0x5", value: Array(value.utf8), revision: revision))
        }
        var state = DesiredState([SourceID("etcd", prefix: Self.prefix), file], flags: FlagPolicy())
        _ = state.take([], at: StorePoint(revision: 1_000), from: state.sources[0])
        _ = state.take([want(7)], at: StorePoint(revision: 7), from: file)
        #expect(!state.isClaimed(guid, from: pkey, since: state.reach))
        let moment = state.reach
        _ = state.take([want(8)], at: StorePoint(revision: 8), from: file)
        #expect(state.isClaimed(guid, from: pkey, since: moment))
    }

    @Test("A key outside the managed range is told of once for each revision, and wants nothing")
    func outsideRange() throws {
        let inside = try PKey(parsing: "0x2000")
        let outside = try PKey(parsing: "0x3001")
        var state = state(.all, ManagedRange([inside...(try PKey(parsing: "0x3000"))]))
        let snapshot = KeySnapshot(
            complete: [set("0x2000", hosts: [host], 5), set("0x3001", hosts: [host], 6)].compactMap { change in
                change.value.map { KeyEntry(key: change.key, value: $0, revision: change.revision) }
            }, revision: 10)
        #expect(
            state.replace(with: snapshot).warnings
                == ["/p/0x3001: ignored: PKey 0x3001 is outside the managed range 0x2000-0x3000"])
        #expect(state.replace(with: snapshot).warnings == [])
        #expect(state.pkeys == [inside])
        #expect(state.intent(of: outside) == .absent)
        #expect(state.intent(of: inside) != .absent)
    }
}
