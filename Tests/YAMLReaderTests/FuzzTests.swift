import Testing
import YAMLReader

/// Whatever stands in etcd must end in a node or an error: a crash here would be an outage for every tenant.
@Suite("Hostile bytes")
struct FuzzTests {
    private static let valid = [
        "{'host_guids': ['0x043f720300f55176', '0x043f720300f55177'], 'vf_guids': ['0xc0cc200e00000000']}",
        "{u'host_guids': [u'0x043f720300f55176'], u'vf_guids': []}",
        #"{"host_guids":["0x043f720300f55176"],"vf_guids":["0xc0cc\u0032\n"]}"#,
        "host_guids:\n- '0x043f720300f55176'\nvf_guids: |-\n  text\n  more\nother: >\n  folded\n",
        "%YAML 1.1\n---\n? a\n: &x !!str b\nc: *x\n...\n",
    ].map { Array($0.utf8) }

    private func read(_ bytes: [UInt8]) -> YAMLNode? {
        try? YAMLReader.parse(bytes)
    }

    @Test("Random bytes never crash the reader")
    func randomBytes() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        let marks = Array("{}[]:,'\"-?&*!|>%@`# \n\tu0x~\\".utf8)
        for round in 0..<20_000 {
            let length = Int.random(in: 0...80, using: &random)
            let bytes = (0..<length).map { _ in
                // Half the rounds use only the characters that mean something to YAML, or nearly all end at byte one.
                round.isMultiple(of: 2)
                    ? marks[Int.random(in: 0..<marks.count, using: &random)]
                    : UInt8.random(in: .min ... .max, using: &random)
            }
            if let node = read(bytes) { #expect(nodes(in: node) <= length + 1, "seed \(seed), bytes \(bytes)") }
        }
    }

    @Test("Mutations of valid values never crash the reader, and what is read has different keys")
    func mutations() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        for _ in 0..<20_000 {
            var bytes = Self.valid[Int.random(in: 0..<Self.valid.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                mutate(&bytes, using: &random)
            }
            if let node = read(bytes) { #expect(keysDiffer(in: node), "seed \(seed), bytes \(bytes)") }
        }
    }

    @Test("A value cut off anywhere is an error, never a shorter list of GUIDs")
    func truncation() throws {
        for value in Self.valid.prefix(3) {
            #expect(read(value) != nil)
            for length in 1..<value.count {
                #expect(throws: YAMLError.self, "\(length) bytes") { try YAMLReader.parse(Array(value.prefix(length))) }
            }
        }
    }

    @Test("Random texts survive being written as JSON and read again")
    func roundTrip() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SplitMix64(state: seed)
        let alphabet = Array("ab0x'\"\\ :,[]{}#é\n\u{1F600}")
        for _ in 0..<2_000 {
            let texts = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                String(
                    (0..<Int.random(in: 0...12, using: &random)).map { _ in
                        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                    })
            }
            let escaped = texts.map { text in
                "\"" + text.map { "\"\\".contains($0) ? "\\\($0)" : $0 == "\n" ? "\\n" : String($0) }.joined() + "\""
            }
            let node = try YAMLReader.parse("{\"k\":[" + escaped.joined(separator: ",") + "]}")
            #expect(node?["k"]?.items?.map(\.text) == texts, "seed \(seed)")
        }
    }

    private func mutate(_ bytes: inout [UInt8], using random: inout SplitMix64) {
        let position = Int.random(in: 0..<max(1, bytes.count), using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where !bytes.isEmpty: bytes[position] = UInt8.random(in: .min ... .max, using: &random)
        case 1 where !bytes.isEmpty: bytes.remove(at: position)
        case 2: bytes.insert(UInt8.random(in: 0x20...0x7e, using: &random), at: min(position, bytes.count))
        default: bytes.insert(contentsOf: bytes.suffix(from: min(position, bytes.count)), at: 0)
        }
    }

    private func nodes(in node: YAMLNode) -> Int {
        1 + (node.items ?? node.entries?.map(\.value) ?? []).reduce(0) { $0 + nodes(in: $1) }
    }

    private func keysDiffer(in node: YAMLNode) -> Bool {
        let keys = (node.entries ?? []).map(\.key)
        return Set(keys).count == keys.count
            && (node.items ?? node.entries?.map(\.value) ?? []).allSatisfy(keysDiffer)
    }
}

private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
