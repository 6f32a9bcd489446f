import Foundation
import JSONText
import TestSupport
import Testing

/// What decoders hide: the other one of two values under one name.
@Suite("Names that stand twice in a JSON object")
struct RepeatedNameTests {
    private func first(in text: String) -> String? {
        RepeatedName.first(in: Array(text.utf8)).map { $0.path.joined(separator: "/") }
    }

    @Test(
        "A name that stands twice is found at any depth, with the way to it",
        arguments: [
            (#"{"0x5":{},"0x5":{}}"#, "0x5"),
            (#"{"0x5":{"guids":[1]},"0x6":{},"0x5":{"guids":[]}}"#, "0x5"),
            (#"{"a":[{"b":1},{"b":2,"c":{"d":[],"d":[]}}]}"#, "a/[1]/c/d"),
            (#"[[],[0,{"a":1,"b":2,"a":3}]]"#, "[1]/[1]/a"),
            ("{ \"a\"\t:\n1 , \"b\":{}, \"a\" : 2 }", "a"),
            (#"{"":1,"":2}"#, ""),
            // The same in another spelling.
            (#"{"0x5":1,"\u0030x5":2}"#, "0x5"),
            (#"{"\u0030x5":1,"0x5":2}"#, "0x5"),
            (#"{"a\/b":1,"a/b":2}"#, "a/b"),
            // What Swift's dictionaries take for one, and a decoder with them.
            ("{\"caf\u{e9}\":1,\"cafe\u{301}\":2}", "cafe\u{301}"),
            ("{\"K\":1,\"\u{212a}\":2}", "\u{212a}"),
            // What only looks like structure.
            (#"{"x":"{\"a\":1,","a":"}","b":"\\","a":1}"#, "a"),
            (#"{"a\"":1,"a":2,"a\"":3}"#, "a\""),
        ])
    func found(text: String, path: String) { #expect(first(in: text) == path) }

    @Test(
        "Names in different objects, values and elements of arrays are no repetition",
        arguments: [
            "{}", "[]", "null", "\"a\"", "1", "", " ",
            #"{"a":{"a":{"a":"a"}}}"#, #"[{"a":1},{"a":1},["a","a"],"a"]"#, #"{"a":["b","b",{"b":1}],"b":"a"}"#,
            #"{"A":1,"a":2,"a ":3," a":4,"a\u0000":5,"\u00e4":6}"#,
            #"{"a":{"x":1,"y":2},"b":{"x":1,"y":2},"x":0,"y":0}"#, #"{"a":"\"b\":1","b":2,"c":"\\","d":"\\\""}"#,
            "{\"a\u{200d}\":1,\"a\":2,\"0x4003\":3,\"\u{200d}0x4003\":4,\"\u{301}0x4003\":5}",
        ])
    func none(text: String) { #expect(first(in: text) == nil) }

    @Test("In objects of thousands of names the one that stands twice is found, wherever it is")
    func large() {
        let names = (0..<5_000).map { "0x" + String($0, radix: 16) }
        func text(_ names: [String]) -> String {
            "{" + names.map { "\"\($0)\":{\"guids\":[{\"guid\":\"\($0)\",\"index0\":true}]}" }.joined(separator: ",")
                + "}"
        }
        #expect(first(in: text(names)) == nil)
        for place in [0, 1, 11, 12, 13, 14, 2_500, 4_999] {
            #expect(first(in: text(names + [names[place]])) == names[place], "\(place)")
        }
    }

    @Test("Random objects have a repeated name exactly if a decoder drops one", arguments: Seed.several(200))
    func random(seed: Seed) throws {
        var random = SeededGenerator(seed)
        for _ in 0..<20 {
            let (text, names) = object(depth: 3, &random)
            #expect((first(in: text) != nil) == (try kept(in: text) < names), "\(seed): \(text)")
        }
    }

    /// An object of a few names in several spellings, and how many names there are in it.
    private func object(depth: Int, _ random: inout SeededGenerator) -> (String, names: Int) {
        let alphabet = ["a", "b", "\\u0061", "c\\\"", "c\\u0022", "d{", "e\u{301}", "\u{e9}", "f", "g", "h", "i,", "j"]
        var (parts, names) = ([String](), 0)
        for _ in 0..<Int.random(in: 0...Int.random(in: 1...5, using: &random), using: &random) {
            let (value, inner): (String, Int) =
                depth == 0 || Bool.random(using: &random)
                ? (["1", "\"a\"", "[]", "[\"a\",\"a\"]"].randomElement(using: &random) ?? "1", 0)
                : object(depth: depth - 1, &random)
            names += 1 + inner
            let element = Bool.random(using: &random) ? value : "[0,\(value)]"
            parts.append("\"\(alphabet.randomElement(using: &random) ?? "a")\":\(element)")
        }
        return ("{\(parts.joined(separator: ","))}", names)
    }

    /// How many names a decoder keeps.
    private func kept(in text: String) throws -> Int {
        func count(_ value: AnyValue) -> Int {
            switch value {
            case .object(let values): values.count + values.values.reduce(0) { $0 + count($1) }
            case .array(let values): values.reduce(0) { $0 + count($1) }
            case .other: 0
            }
        }
        return count(try JSONDecoder().decode(AnyValue.self, from: Data(text.utf8)))
    }

    private enum AnyValue: Decodable {
        case object([String: AnyValue])
        case array([AnyValue])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let values = try? container.decode([String: AnyValue].self) {
                self = .object(values)
            } else if let values = try? container.decode([AnyValue].self) {
                self = .array(values)
            } else {
                self = .other
            }
        }
    }

    @Test("Whatever the bytes are, the passage ends", arguments: Seed.several(20))
    func hostile(seed: Seed) {
        var random = SeededGenerator(seed)
        let marks = Array("{}[]:,\"\\u0 a".utf8) + [0, 0xc3, 0xff]
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                marks[Int.random(in: 0..<marks.count, using: &random)]
            }
            _ = RepeatedName.first(in: bytes)
        }
        _ = RepeatedName.first(in: Array(repeating: UInt8(ascii: "["), count: 1 << 20))
        _ = RepeatedName.first(in: Array(repeating: UInt8(ascii: "}"), count: 1 << 20))
    }

    @Test("What is decoded is refused where a name stands twice, also in UTF-16, where it would not be seen")
    func decoding() throws {
        #expect(try JSONText.decode([String: Int].self, from: Array(#"{"a":1,"b":2}"#.utf8)) == ["a": 1, "b": 2])
        #expect(throws: DecodingError.self) {
            try JSONText.decode([String: Int].self, from: Array(#"{"a":1,"a":1}"#.utf8))
        }
        for encoding in [String.Encoding.utf16, .utf16BigEndian, .utf16LittleEndian, .utf32] {
            let bytes = Array(#"{"a":1,"a":2}"#.data(using: encoding) ?? Data())
            #expect(throws: DecodingError.self, "\(encoding)") { try JSONText.decode([String: Int].self, from: bytes) }
        }
    }
}
