import TestSupport
import Testing

@testable import Text

@Suite("What may reach a terminal")
struct TerminalTests {
    /// One of each kind that a terminal obeys, joins or hides instead of showing it.
    static let unsafe: [Unicode.Scalar] = [
        "\u{0}", "\u{7}", "\u{8}", "\t", "\n", "\r", "\u{1b}", "\u{7f}", "\u{85}", "\u{9b}", "\u{ad}", "\u{61c}",
        "\u{200b}",
        "\u{200d}", "\u{200e}", "\u{2028}", "\u{2029}", "\u{202e}", "\u{2066}", "\u{feff}", "\u{e0041}",
    ]

    @Test("Controls, line ends, invisible marks and turns of direction are unsafe", arguments: unsafe)
    func isUnsafe(scalar: Unicode.Scalar) {
        #expect(Terminal.isUnsafe(scalar))
        let line = Terminal.line("a\(Character(scalar))b")
        #expect(line.hasPrefix("a\\") && line.hasSuffix("b") && line.unicodeScalars.allSatisfy(\.isASCII))
    }

    @Test("Letters, signs and pictures of any script pass as they are")
    func safe() {
        for text in ["api_pkey_0x200e", "Gerät-好", "naïve – ‘quoted’", "\u{1F600}", "\\x1b"] {
            #expect(Terminal.line(text) == text)
            #expect(Terminal.text(Array(text.utf8)) == text)
        }
    }

    @Test("Text keeps its lines and tabs, a line does not; bytes that are no text are shown one by one")
    func lines() {
        #expect(Terminal.text(Array("a\n\tb\u{1b}".utf8)) == "a\n\tb\\x1b")
        #expect(Terminal.line("a\n\tb\u{202e}") == #"a\x0a\x09b\u{202e}"#)
        #expect(Terminal.line([0x61, 0xff, 0x0a, 0x7f]) == #"a\xff\x0a\x7f"#)
        #expect(Terminal.text([0xff, 0x0a]) == #"\xff\x0a"#)
    }

    @Test("No bytes whatever leave anything unsafe in a line", arguments: Seed.several(4))
    func anyBytes(seed: Seed) {
        var generator = SeededGenerator(seed)
        for _ in 0..<1_000 {
            let bytes = (0..<20).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &generator)) }
            let text = String(String.UnicodeScalarView(scalars))
            for line in [Terminal.line(bytes), Terminal.line(text)] {
                #expect(!line.unicodeScalars.contains(where: Terminal.isUnsafe))
            }
        }
    }

    @Test("Trimming takes white space and line ends off both ends, whatever stands beside them")
    func trimming() {
        #expect(" \t\r\n a b\u{a0}\n".trimmed == "a b")
        #expect("".trimmed == "" && " \n".trimmed == "")
        // Swift takes the blank and its mark for one character.
        #expect(" \u{301}x ".trimmed == "\u{301}x")
    }

    @Test("JSON keeps its line ends and its meaning, and has nothing unsafe in it")
    func json() {
        #expect(Terminal.json("{\n\"a\":\"b\"}") == "{\n\"a\":\"b\"}")
        #expect(Terminal.json("\"\u{7f}\u{202e}\u{e0041}é\"") == #""\u007f\u202e\udb40\udc41é""#)
    }
}
