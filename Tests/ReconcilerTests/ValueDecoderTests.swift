import Fabric
import Reconciler
import Testing

@Suite("Values of PKey keys")
struct ValueDecoderTests {
    @Test(
        "A Python literal, JSON and YAML say the same",
        arguments: [
            "{'host_guids': ['0x043f720300f55176'], 'vf_guids': ['0xc0cc200e00000000']}",
            #"{"host_guids": ["0x043f720300f55176"], "vf_guids": ["0xc0cc200e00000000"]}"#,
            #"{"host_guids":["0x043f720300f55176"],"vf_guids":["0xc0cc200e00000000"]}"#,
            "host_guids: [0x043f720300f55176]\nvf_guids:\n  - 'c0cc200e00000000'\n",
            "{u'vf_guids': [u'0xc0cc200e00000000'], u'host_guids': [u'0x043f720300f55176'], 'job': 7}",
        ])
    func notations(text: String) throws {
        let value = try ValueDecoder.decode(Array(text.utf8))
        #expect(value.hosts.map(\.description) == ["043f720300f55176"])
        #expect(value.virtualFunctions.map(\.description) == ["c0cc200e00000000"])
        #expect(value.warnings.isEmpty)
    }

    @Test(
        "What is no mapping with a list of GUIDs cannot be read",
        arguments: [
            "", "nonsense", "[]", "{}", "null", "{'host_guids': 'x'}",
            "{'host_guids': ['0x043f720300f55176'], 'vf_guids': 3}",
            "{'host_guids': ['0x04", "{'hosts': []}", "\u{0}",
        ])
    func unreadable(text: String) {
        #expect(throws: UnreadableValue.self) { try ValueDecoder.decode(Array(text.utf8)) }
    }

    @Test("Bytes that are not text cannot be read")
    func binary() {
        #expect(throws: UnreadableValue.self) { try ValueDecoder.decode([0xff, 0xfe, 0x00]) }
    }

    @Test("One of the two lists is enough, and empty lists are a value")
    func partial() throws {
        let value = try ValueDecoder.decode(Array("{'host_guids': []}".utf8))
        #expect(value.hosts.isEmpty && value.virtualFunctions.isEmpty && value.warnings.isEmpty)
        #expect(try ValueDecoder.decode(Array("{'vf_guids': []}".utf8)).hosts.isEmpty)
    }

    @Test(
        "Entries of which none is a GUID are no empty list: the value cannot be read",
        arguments: [
            "{'host_guids': ['mlx5_0'], 'vf_guids': []}", "{'host_guids': [], 'vf_guids': [null]}",
            "{'host_guids': [[]], 'vf_guids': ['0x0']}", "{'vf_guids': ['0x0000000000000000']}",
        ])
    func nameless(text: String) throws {
        let error = try #require(throws: UnreadableValue.self) { try ValueDecoder.decode(Array(text.utf8)) }
        #expect(error.reason.hasPrefix("names no valid GUID: "))
    }

    @Test(
        "A hundred thousand bad entries are a few words, and a count",
        arguments: ["x", String(repeating: "y", count: 5_000)])
    func manyBadEntries(entry: String) throws {
        let bad = [String](repeating: "'\(entry)'", count: entry.count > 1 ? 100 : 150_000).joined(separator: ",")
        let value = try ValueDecoder.decode(Array("{'host_guids': ['0x043f720300f55176', \(bad)]}".utf8))
        #expect(value.hosts.count == 1 && value.warnings.count == 6)
        #expect(value.warnings.last == "and \(entry.count > 1 ? 95 : 149_995) more entries that are no GUID")
        #expect(value.warnings.joined().utf8.count < 2_000)
    }

    @Test(
        "A number of sixteen digits is no GUID: it may have lost a leading zero", arguments: ["host_guids", "vf_guids"])
    func numbers(field: String) throws {
        let value = try ValueDecoder.decode(
            Array("{\"\(field)\": [1234567890123456, \"1234567890123457\", 0x1234567890123458]}".utf8))
        let guids = value.hosts + value.virtualFunctions
        #expect(guids.map(\.description).sorted() == ["1234567890123457", "1234567890123458"])
        #expect(value.warnings.count == 1 && value.warnings[0].contains("is a number"))
    }

    @Test("One entry that can be read is a value, and the others are told")
    func skipped() throws {
        let value = try ValueDecoder.decode(
            Array("{'host_guids': ['mlx5_0'], 'vf_guids': ['0xc0cc200e00000000', {}]}".utf8))
        #expect(value.hosts.isEmpty && value.virtualFunctions.count == 1 && value.warnings.count == 2)
    }
}
