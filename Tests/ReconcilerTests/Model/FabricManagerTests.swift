import Fabric
import Planning
import Testing

/// The fabric manager of the model does what UFM does.
@Suite("The model's UFM")
struct FabricManagerTests {
    private var ufm = FabricManager()
    private let pkey: PKey
    private let members: [Member]

    init() throws {
        pkey = try PKey(parsing: "0x2000")
        members = PortSet([.host(1), .host(2), .host(3)]).guids(for: pkey).compactMap { GUID($0) }
            .map { Member(guid: $0, index0: true) }
    }

    private func guids(_ ports: PortSet) -> [GUID] { ports.guids(for: pkey).compactMap { GUID($0) } }

    @Test("Additions make a partition, and it goes with its last member")
    mutating func lastMember() {
        ufm.perform(.add(pkey, members, ipOverIB: true))
        #expect(ufm.ports(of: pkey) == [.host(1), .host(2), .host(3)])
        #expect(ufm[pkey]?.ipOverIB == true && ufm[pkey]?.name == "api_pkey_0x2000" && ufm.ours == [pkey])
        ufm.perform(.remove(pkey, guids([.host(1), .host(2)])))
        #expect(ufm.ports(of: pkey) == .host(3))
        ufm.perform(.remove(pkey, guids([.host(3)])))
        #expect(ufm[pkey] == nil && ufm.ours.isEmpty)
    }

    @Test("A replacement leaves the members that it names, and no others; a deletion leaves nothing")
    mutating func replacement() {
        ufm.perform(.add(pkey, Array(members.prefix(2)), ipOverIB: true))
        ufm.perform(.replace(pkey, [members[2]], ipOverIB: false))
        #expect(ufm.ports(of: pkey) == .host(3) && ufm[pkey]?.ipOverIB == false)
        ufm.perform(.delete(pkey))
        #expect(ufm[pkey] == nil)
        ufm.perform(.delete(pkey))
        ufm.perform(.remove(pkey, guids([.host(1)])))
        #expect(ufm[pkey] == nil)
    }

    @Test("Half of a step, and a step without the ports that are not taken")
    mutating func portions() {
        ufm.perform(.add(pkey, members, ipOverIB: true), .half)
        #expect(ufm.ports(of: pkey) == [.host(1), .host(2)])
        ufm.perform(.add(pkey, members, ipOverIB: true), .nothing)
        #expect(ufm.ports(of: pkey) == [.host(1), .host(2)])
        ufm.perform(.add(pkey, members, ipOverIB: true), .without(.host(3)))
        #expect(ufm.ports(of: pkey) == [.host(1), .host(2)])
        // A replacement that a client makes in two: the removals are done.
        ufm.perform(.replace(pkey, [members[1], members[2]], ipOverIB: true), .half)
        #expect(ufm.ports(of: pkey) == .host(2))
    }

    @Test("A list has the default partition, and lacks what is hidden")
    mutating func lists() throws {
        ufm.perform(.add(pkey, members, ipOverIB: true))
        #expect(ufm.list().partitions.keys.sorted() == [pkey.number, .defaultPartition])
        #expect(ufm.list(without: [pkey]) == FabricManager.emptyList)
    }

    @Test("An older state brings back what was deleted, and takes away what was made")
    mutating func olderState() throws {
        let other = try PKey(parsing: "0x2001")
        ufm.perform(.add(pkey, members, ipOverIB: true))
        ufm.keepCopy()
        ufm.perform(.delete(pkey))
        ufm.perform(.add(other, members, ipOverIB: true))
        #expect(ufm.goBack() == [pkey])
        #expect(ufm[pkey] != nil && ufm[other] == nil && ufm.ours == [pkey])
    }

    @Test("What somebody else makes is not ours, and is his until it is gone")
    mutating func somebodyElse() {
        let theirs = Partition(number: pkey.number, ipOverIB: true, members: members)
        ufm.set(theirs, of: pkey)
        #expect(ufm.ours.isEmpty)
        ufm.perform(.add(pkey, members, ipOverIB: false))
        #expect(ufm.ours.isEmpty)
        ufm.perform(.delete(pkey))
        ufm.perform(.add(pkey, members, ipOverIB: false))
        #expect(ufm.ours == [pkey])
    }
}
