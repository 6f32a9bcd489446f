import Fabric
import TestSupport
import Testing

@testable import Reconciler

@Suite("A value in pcocc's own form")
struct UsualValueTests {
    @Test(
        "pcocc's own values are read this way",
        arguments: [
            "{'host_guids': ['0x043f720300f55176'], 'vf_guids': ['0xc0cc200e00000000', '0xc0cc200e00000100']}",
            "{\"vf_guids\": [], \"host_guids\": [\"043F720300f55176\"]}", "{'host_guids':[],'vf_guids':[]}",
            "{'vf_guids': ['0xc0cc200e00000100', '0xc0cc200e00000000', '0xc0cc200e00000100']}",
        ])
    func read(text: String) throws {
        let value = try #require(UsualValue.read(Array(text.utf8)))
        #expect(try ValueDecoder.decodeAny(Array(text.utf8)) == value)
        #expect(value.hosts == value.hosts.sorted() && value.virtualFunctions == value.virtualFunctions.sorted())
    }

    @Test(
        "Any other form is left to the decoder",
        arguments: [
            "", "{}", "{'host_guids': ['0x1']}", "{'host_guids': ['0x0000000000000000']}", "{'host_guids': []} x",
            "{'host_guids': [], 'host_guids': []}", "{'hosts': []}", "{host_guids: []}", "{'host_guids': null}",
            "{'host_guids': ['0x043f720300f55176',]}", "{'host_guids': [1234567890123456]}", "{'host_guids': []",
            "{'host_guids': ['0x043f720300f55176\"]}", "{'host_guids': []}\n", "host_guids: []",
            "{'host_guids': ['0x043f720300f55176', '0x043f720300f55177\"]}",
        ])
    func left(text: String) {
        #expect(UsualValue.read(Array(text.utf8)) == nil)
    }

    @Test("Whatever befalls a value, what is read in pcocc's form is what the decoder reads")
    func equal() throws {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        var (both, alone) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = Array(value(&random).utf8)
            if Bool.random(using: &random), let place = bytes.indices.randomElement(using: &random) {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(Array("{}[]'\",: 0x\n\\#&*!".utf8).randomElement(using: &random) ?? 0, at: place)
                default: bytes.insert(contentsOf: bytes[place..<min(place + 20, bytes.count)], at: place)
                }
            }
            guard let read = UsualValue.read(bytes) else {
                alone += 1
                continue
            }
            both += 1
            let decoded = try? ValueDecoder.decodeAny(bytes)
            #expect(decoded == read, "\(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(both > 5_000 && alone > 2_000, "\(both) and \(alone), \(seed)")
    }

    private func value(_ random: inout SeededGenerator) -> String {
        let quote = Bool.random(using: &random) ? "'" : "\""
        let space = Bool.random(using: &random) ? " " : ""
        let fields = ["host_guids", "vf_guids"].shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
        let lists = fields.map { field in
            let guids = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                "\(quote)\(Bool.random(using: &random) ? "0x" : "")043f720300f5517\(Int.random(in: 0...9, using: &random))\(quote)"
            }
            return "\(quote)\(field)\(quote):\(space)[\(guids.joined(separator: ",\(space)"))]"
        }
        return "{" + lists.joined(separator: ",\(space)") + "}"
    }
}
