import Fabric
import TestSupport
import Testing

@Suite("PKeys and GUIDs")
struct NumbersTests {
    @Test("A key is named by 0x and digits; 0X names none, though people may type it")
    func named() throws {
        #expect(try PKey(named: "0x0005") == PKey(parsing: "0X5"))
        #expect(throws: FabricError.malformedPKey("0X4003")) { try PKey(named: "0X4003") }
        #expect(throws: FabricError.malformedPKey("\u{200d}0x4003")) { try PKey(named: "\u{200d}0x4003") }
    }

    @Test(
        "A PKey is read in any case and padding and printed lower-case and unpadded",
        arguments: [
            ("0x200e", "0x200e"), ("0x200E", "0x200e"), ("0X0005", "0x5"), ("0x7ffe", "0x7ffe"), ("0x1", "0x1"),
        ])
    func pkeyRoundTrip(text: String, printed: String) throws {
        #expect(try PKey(parsing: text).description == printed)
    }

    @Test(
        "The default partition, zero and everything outside 0x1 to 0x7ffe has no PKey",
        arguments: [
            "0x7fff", "0x7FFF", "0x0", "0x0000", "0x8000", "0x8001", "0xffff", "0x2_000", " 0x5", "0x5 ", "0x", "5",
            "8192",
            "0x12345", "0x-5", "0x+5", "", "0x200g", "0x２００", "200e",
        ])
    func refusedPKeys(text: String) {
        #expect(throws: FabricError.self) { try PKey(parsing: text) }
    }

    @Test("Exactly 32,766 numbers are keys that may be written")
    func writableRange() {
        let writable = (0...UInt16.max).map(PartitionNumber.init(lowBitsOf:)).compactMap(PKey.init)
        #expect(Set(writable).count == 0x7ffe)
    }

    @Test("The membership bit is masked in what the fabric reports and refused in what people type")
    func membershipBit() {
        #expect(PartitionNumber(lowBitsOf: 0x805c).description == "0x5c")
        #expect(throws: FabricError.membershipBit("0x805c")) { try PKey(parsing: "0x805c") }
    }

    @Test(
        "A GUID is 16 digits with or without 0x, and is printed without",
        arguments: [
            "0x043f720300f55176", "043f720300f55176", "043F720300F55176", "0X043f720300F55176",
        ])
    func guidRoundTrip(text: String) throws {
        #expect(try GUID(parsing: text).description == "043f720300f55176")
    }

    @Test(
        "What the predecessor let through as a GUID is refused",
        arguments: [
            "-43f720300f55176", "04_f720300f55176", " 43f720300f55176", "0x43f720300f55176", "0x0043f720300f55176", "",
            "0x0000000000000000", "zz3f720300f55176",
        ])
    func refusedGUIDs(text: String) {
        #expect(throws: FabricError.self) { try GUID(parsing: text) }
    }

    @Test("A reported GUID may lack padding or carry more, but not more than 64 bits")
    func reportedGUIDs() throws {
        #expect(try GUID(reported: "0x43f720300f55176").description == "043f720300f55176")
        #expect(try GUID(reported: "0000043f720300f55176").description == "043f720300f55176")
        #expect(throws: FabricError.self) { try GUID(reported: "1043f720300f551766") }
    }

    @Test("Any 64-bit number but zero survives printing and reading", arguments: [Seed.fresh()])
    func guidProperty(seed: Seed) throws {
        var generator = SeededGenerator(seed)
        for _ in 0..<2_000 {
            let value = generator.next() >> (generator.next() % 64)
            guard let guid = GUID(value) else { continue }
            #expect(try GUID(parsing: guid.description) == guid, "\(seed)")
        }
    }
}
