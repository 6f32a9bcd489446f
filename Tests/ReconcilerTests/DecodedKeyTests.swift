import Fabric
import Testing

@testable import Reconciler

@Suite("A key shown to people")
struct DecodedKeyTests {
    private func decode(_ key: String, _ value: String) -> DecodedKey {
        DecodedKey(key: Array(key.utf8), value: Array(value.utf8))
    }

    @Test("Name and value are the partition that is asked for, in order")
    func partition() throws {
        let decoded = decode(
            "/pcocc/global/opensm/pkeys/0x200e",
            "{'host_guids': ['0x043f720300f55177', '0x043f720300f55176'], 'vf_guids': []}")
        #expect(try decoded.pkey == PKey(parsing: "0x200e"))
        #expect(decoded.hosts.map(\.description) == ["043f720300f55176", "043f720300f55177"])
        #expect(decoded.virtualFunctions.isEmpty)
        #expect(decoded.problems.isEmpty)
    }

    @Test("What is wrong with the name and with the value is told, one beside the other")
    func problems() {
        let decoded = decode("/pkeys/0x7fff", "{'host_guids': ['0x04")
        #expect(decoded.pkey == nil)
        #expect(decoded.problems.count == 2)
        #expect(decode("", "").pkey == nil)
        #expect(decode("/pkeys/0x5", "{'host_guids': ['mlx5_0', '0x043f720300f55176']}").problems.count == 1)
    }
}
