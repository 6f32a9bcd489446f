import Fabric
import Planning
import Testing

/// Which partitions that are there and not ours become ours: the rules of the design in their order.
@Suite("Adoption")
struct AdoptionTests {
    private let pkey: PKey
    private let host: GUID
    private let stranger: GUID
    private let wanted: DesiredPartition

    init() throws {
        pkey = try PKey(parsing: "0x2500")
        host = try GUID(parsing: "043f720300f55176")
        stranger = try GUID(parsing: "043f720300f55199")
        wanted = try #require(DesiredPartition(members: [Member(guid: host, index0: true)], ipOverIB: false))
    }

    private func partition(_ guids: [GUID], name: String? = "api_pkey_0x2500") -> Partition {
        Partition(
            number: pkey.number, name: name, ipOverIB: true, members: guids.map { Member(guid: $0, index0: true) })
    }

    private func conflict(
        _ guids: [GUID], name: String? = "api_pkey_0x2500", _ rule: AdoptionRule = AdoptionRule()
    ) -> Conflict? {
        rule.conflict(over: partition(guids, name: name), of: pkey, wanted: wanted)
    }

    @Test("Members that are wanted, under UFM's own name, are ours; under another name, or under none, they are not")
    func wantedMembers() {
        #expect(conflict([host]) == nil)
        #expect(conflict([host], name: "storage") == Conflict([host], name: "storage"))
        // Whose name nobody tells may be called anything.
        #expect(conflict([host], name: nil) == Conflict([host]))
        #expect(conflict([host], name: "api_pkey_0x2501") == Conflict([host], name: "api_pkey_0x2501"))
    }

    @Test("Another spelling of the number is the same automatic name")
    func spelling() throws {
        let five = try PKey(parsing: "0x5")
        for name in ["api_pkey_0x5", "api_pkey_0x0005", "api_pkey_0x005"] {
            let there = Partition(
                number: five.number, name: name, ipOverIB: false, members: [Member(guid: host, index0: true)])
            #expect(AdoptionRule().conflict(over: there, of: five, wanted: wanted) == nil, "\(name)")
        }
    }

    @Test("One member that nobody wants is in the way, and a partition without members is nobody's")
    func strangers() {
        #expect(conflict([host, stranger]) == Conflict([stranger]))
        #expect(conflict([stranger]) == Conflict([stranger]))
        #expect(conflict([]) == Conflict([GUID]()))
    }

    @Test(
        "A virtual function that carries this PKey is pcocc's own leftover, whoever else is there; one of another PKey is not"
    )
    func virtualFunctions() throws {
        let ours = try GUID(parsing: "c0cc250000000100")
        let others = try GUID(parsing: "c0cc250100000100")
        #expect(conflict([ours]) == nil)
        #expect(conflict([ours, stranger], name: "storage") == nil)
        #expect(conflict([others]) == Conflict([others]))
    }

    @Test("A range that somebody has given says that its PKeys are ours, and the predecessor took everything")
    func said() throws {
        let range = ManagedRange([try PKey(parsing: "0x2500")...(try PKey(parsing: "0x25ff"))])
        #expect(conflict([stranger], name: "storage", AdoptionRule(range: range)) == nil)
        let elsewhere = ManagedRange([try PKey(parsing: "0x2600")...(try PKey(parsing: "0x26ff"))])
        #expect(conflict([stranger], AdoptionRule(range: elsewhere)) == Conflict([stranger]))
        #expect(conflict([stranger], name: "storage", AdoptionRule(adoptsAll: true)) == nil)
    }
}
