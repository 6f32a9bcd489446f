import TestSupport
import Testing

@testable import Text

@Suite("Hexadecimal numbers")
struct HexTests {
    @Test("Digits are lower-case and padded to the width that is asked for, and never cut")
    func digits() {
        #expect(Hex.digits(0) == "0")
        #expect(Hex.digits(0x200e) == "200e")
        #expect(Hex.digits(UInt8(0xa), width: 2) == "0a")
        #expect(Hex.digits(UInt64.max, width: 16) == "ffffffffffffffff")
        #expect(Hex.digits(0x12345, width: 4) == "12345")
        #expect(Hex.digits(Int64(-1)) == "-1")
    }

    @Test("What is written is read again, with a prefix and without", arguments: Seed.several(4))
    func roundTrip(seed: Seed) {
        var generator = SeededGenerator(seed)
        for _ in 0..<2_000 {
            let value = generator.next() >> UInt64.random(in: 0..<64, using: &generator)
            let digits = Hex.digits(value, width: Int.random(in: 1...16, using: &generator))
            #expect(Hex.value(of: digits.utf8, prefix: .optional, maximumDigits: 16) == value)
            #expect(Hex.value(of: "0X\(digits.uppercased())".utf8, prefix: .required, maximumDigits: 16) == value)
        }
    }

    @Test(
        "What Swift would let through and an operator did not mean is refused",
        arguments: ["+1f", "-1", "1_0", " 1", "1 ", "", "0x", "１", "g", "10000000000000000"])
    func refused(text: String) {
        #expect(Hex.value(of: text.utf8, prefix: .optional, maximumDigits: 20) == nil)
    }

    @Test("Sixteen digits at once are what they are one by one, and nothing else passes for a digit")
    func sixteen() {
        var generator = SeededGenerator(Seed.fresh())
        var read = 0
        for _ in 0..<20_000 {
            let value = generator.next()
            var text = Array(Hex.digits(value, width: 16).utf8)
            if Bool.random(using: &generator) { text = Array(String(decoding: text, as: UTF8.self).uppercased().utf8) }
            if Bool.random(using: &generator) {
                text[Int.random(in: 0..<16, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
            }
            let expected =
                text.allSatisfy(Hex.isDigit) ? Hex.value(of: text, prefix: .optional, maximumDigits: 16) : nil
            if expected != nil { read += 1 }
            #expect(text.withUnsafeBufferPointer { Hex.sixteen($0) } == expected, "\(text)")
        }
        #expect(read > 10_000)
        for byte in UInt8.min ... .max {
            let text = [UInt8](repeating: byte, count: 16)
            #expect((text.withUnsafeBufferPointer { Hex.sixteen($0) } != nil) == Hex.isDigit(byte), "\(byte)")
        }
        for count in [0, 15, 17] {
            #expect([UInt8](repeating: 0x30, count: count).withUnsafeBufferPointer { Hex.sixteen($0) } == nil)
        }
    }

    @Test("Bytes are pairs of digits, in either case, and nothing else")
    func bytes() {
        #expect(Hex.bytes(of: "00fFa0") == [0, 0xff, 0xa0])
        #expect(Hex.bytes(of: "") == [])
        for text in ["0", "000", "0g", "0x", "00 0", "+1", "é1"] { #expect(Hex.bytes(of: text) == nil, "\(text)") }
    }
}
