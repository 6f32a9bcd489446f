import KeyHistory
import Testing

@Suite("Names of keys are bytes")
struct KeyNameTests {
    @Test("Two spellings that text calls equal are two names")
    func spellings() {
        let (composed, combined) = ("/pkeys/\u{e9}", "/pkeys/e\u{301}")
        #expect(composed == combined)
        #expect(KeyName(composed) != KeyName(combined))
        #expect(!KeyName(combined).hasPrefix(KeyName(composed)))
    }

    @Test("What follows a prefix is cut between bytes, also where a character would swallow the cut")
    func behindPrefix() {
        let prefix: KeyName = "/pkeys/"
        #expect((prefix + "0x5").text(behind: prefix) == "0x5")
        #expect((prefix + "\u{301}0x5").text(behind: prefix) == "\u{301}0x5")
        #expect(KeyName("/pkey/0x5").text(behind: prefix) == nil)
        #expect(KeyName(prefix.bytes + [0xff, 0x30]).text(behind: prefix) == "\u{fffd}0")
        #expect(prefix.text(behind: prefix) == "")
    }

    @Test("They stand in the order of their bytes, and print as text with what is none replaced")
    func order() {
        #expect([KeyName([0xff]), "b", "a/", "a"].sorted() == ["a", "a/", "b", KeyName([0xff])])
        #expect(KeyName([0x61, 0xff]).description == "a\u{fffd}")
    }
}
