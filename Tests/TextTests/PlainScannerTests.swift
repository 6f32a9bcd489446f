import Testing

@testable import Text

@Suite("What comes again in a text")
struct PlainScannerTests {
    /// What is read after the first piece as one that is written like it; and how far the scanner came.
    private func number(after piece: String, _ rest: String) -> (UInt64?, Int) {
        Array((piece + rest).utf8).withUnsafeBufferPointer { bytes in
            var scanner = PlainScanner(bytes)
            guard scanner.skip("{"), scanner.span() != nil, scanner.skip(":"), let span = scanner.span(),
                scanner.skip("}"), let form = scanner.form(since: 0, span)
            else { return (nil, 0) }
            let number = scanner.number(like: form)
            return (number, scanner.position - piece.utf8.count)
        }
    }

    @Test("is read by its digits where all else is the same, to its end and from its beginning")
    func like() {
        let piece = #"{"guid":"0002c903000e0b72"}"#
        #expect(number(after: piece, #"{"guid":"0002C903000E0B7f"}"#) == (0x0002_c903_000e_0b7f, 27))
        #expect(number(after: piece, #"  {"guid":"ffffffffffffffff"},"#) == (.max, 29))
        for other in [
            #"{"guix":"0002c903000e0b7f"}"#, #"{"guid":"0002c903000e0b7f"]"#, #"{"guid":"0002c903000e0b7f'}"#,
            #"{"guid":"0002c903000e0b7g"}"#, #"{"guid":"0002c903000e0b7f""#, #"{"guid": "0002c903000e0b7f"}"#, "",
        ] {
            #expect(number(after: piece, other).0 == nil, "\(other)")
        }
        let prefixed = #"{"guid":"0x0002c903000e0b72"}"#
        #expect(number(after: prefixed, #"{"guid":"0x0000000000000001"}"#) == (1, 29))
        #expect(number(after: prefixed, #"{"guid":"0X0000000000000001"}"#).0 == nil)
    }

    @Test("has no form where its text is not of sixteen digits")
    func formless() {
        for text in ["a", "0x02c903000e0b72", "0002c903000e0b7", "000002c903000e0b72", "0002c903000e0b7g"] {
            let piece = "{\"guid\":\"\(text)\"}"
            #expect(number(after: piece, piece).0 == nil, "\(text)")
        }
    }
}
