import Fabric
import KeyHistory
import Planning
import TestSupport
import Testing

@testable import Reconciler

@Suite("Which keys want a port")
struct PortIndexTests {
    /// The same, by going through all keys in the order in which they came.
    private struct Plain {
        var wishes: [PortIndex.Wish] = []

        mutating func set(_ wish: PortIndex.Wish) {
            remove(wish.key)
            if !wish.members.isEmpty { wishes.append(wish) }
        }

        mutating func remove(_ key: KeyName) { wishes.removeAll { $0.key == key } }

        func claims(on guid: GUID) -> Set<String> {
            Set(wishes.filter { $0.members[guid] != nil }.map { "\($0.key) \($0.pkey)" })
        }

        /// The PKeys that want index 0 of one of these ports, where this one's PKey wants it as well.
        func rivals(of wish: PortIndex.Wish, among wishes: [PortIndex.Wish]) -> Set<PKey> {
            let ours = (wishes + [wish]).filter { $0.pkey == wish.pkey }
            let contested = Set(
                wish.members.map(\.guid).filter { guid in ours.contains { $0.members[guid]?.index0 == true } })
            return Set(
                wishes.filter { other in
                    other.pkey != wish.pkey && other.members.contains { $0.index0 && contested.contains($0.guid) }
                }.map(\.pkey))
        }
    }

    private func wish(_ name: Int, _ random: inout SeededGenerator) throws -> PortIndex.Wish {
        let members = (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
            GUID(UInt64.random(in: 1...30, using: &random)).map {
                Member(guid: $0, index0: Bool.random(using: &random))
            }
        }
        return PortIndex.Wish(
            key: "/p/\(name)", pkey: try PKey(parsing: "0x\(name % 7 + 1)"), members: Members(members))
    }

    private func claims(_ index: PortIndex, _ guid: GUID) -> Set<String> {
        Set(index.claims(on: guid).map { "\($0.key) \($0.pkey)" })
    }

    @Test("Put in at once or one by one, changed and removed: who wants a port is told as by going through all keys")
    func equal() throws {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        let ports = (1...31).compactMap { GUID($0) }
        for _ in 0..<300 {
            let listed = try (0..<Int.random(in: 0...12, using: &random)).map { try wish($0, &random) }
            var (index, plain) = (PortIndex(listed), Plain())
            for (count, wish) in listed.enumerated() {
                plain.set(wish)
                // Of two the later one is told of, as if they had come one by one.
                let words = index.conflicts(of: wish, isListed: true).joined()
                let rivals = plain.rivals(of: wish, among: Array(listed.prefix(count)))
                #expect(words.contains("index 0") == !rivals.isEmpty, "\(seed)")
                #expect(rivals.isEmpty || words.contains("PKeys \(rivals.sorted().inWords)"), "\(seed): \(words)")
            }
            for _ in 0..<25 {
                let new = try wish(Int.random(in: 0..<16, using: &random), &random)
                if let old = plain.wishes.first(where: { $0.key == new.key }) { index.remove(old) }
                if Bool.random(using: &random) {
                    index.add(new)
                    plain.set(new)
                } else {
                    plain.remove(new.key)
                }
                for port in ports { #expect(claims(index, port) == plain.claims(on: port), "\(seed)") }
            }
        }
    }

    @Test("A list that names a key twice counts the first of them, until the key is set")
    func twice() throws {
        let (one, other) = (try #require(GUID(1)), try #require(GUID(2)))
        func wish(_ guid: GUID) throws -> PortIndex.Wish {
            PortIndex.Wish(key: "/p/0x5", pkey: try PKey(parsing: "0x5"), members: [Member(guid: guid, index0: true)])
        }
        var index = PortIndex([try wish(one), try wish(other)])
        #expect(index.claims(on: one).count == 1 && index.claims(on: other).isEmpty)
        index.remove(try wish(one))
        index.add(try wish(other))
        #expect(index.claims(on: one).isEmpty && index.claims(on: other).count == 1)
    }
}
