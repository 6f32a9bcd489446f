import Fabric
import Testing

@Suite("The model's ports")
struct PortSetTests {
    @Test("A port's GUID is the port again, for every port and every PKey that jobs use")
    func guids() throws {
        for number in 0x2000...0x2007 {
            let pkey = try #require(PKey(PartitionNumber(lowBitsOf: UInt16(number))))
            let own = PortSet.function(of: pkey, rank: 0).union(.function(of: pkey, rank: 1))
            for port in PortSet.hosts.union(.strangers).union(own).bits {
                let port = PortSet(rawValue: 1 << UInt64(port))
                let guids = port.guids(for: pkey).compactMap { GUID($0) }
                #expect(guids.count == 1)
                #expect(PortSet(guids) == port)
            }
        }
    }

    @Test("A function's GUID is as pcocc computes it")
    func functions() throws {
        let pkey = try PKey(parsing: "0x200e")
        let guids = PortSet.function(of: pkey, rank: 1).guids(for: pkey).compactMap { GUID($0)?.description }
        #expect(guids == ["c0cc200e00000100"])
    }

    @Test("The bulk of a large value is one bit, and more GUIDs than one request replaces")
    func bulk() throws {
        let pkey = try PKey(parsing: "0x2000")
        let guids = PortSet.bulk.guids(for: pkey).compactMap { GUID($0) }
        #expect(Set(guids).count == PortSet.bulkCount)
        #expect(PortSet(guids) == .bulk)
    }
}
