import Testing

@testable import Usage

@Suite("The help")
struct HelpPageTests {
    private static let dump = """
        {"command": {"commandName": "tool", "abstract": "Does things.", "subcommands": [
          {"commandName": "plan", "abstract": "Look.", "discussion": "First.\\n\\n  as it is\\nThen.", "arguments": [
            {"kind": "option", "names": [{"kind": "long", "name": "new"}], "valueName": "what", "abstract": "Not yet grouped."},
            {"kind": "flag", "names": [{"kind": "long", "name": "ip-over-ib"}], "abstract": "Whether.", "defaultValue": "--no-ip-over-ib"},
            {"kind": "flag", "names": [{"kind": "long", "name": "no-ip-over-ib"}], "abstract": "Whether."},
            {"kind": "option", "names": [{"kind": "long", "name": "output"}], "valueName": "form", "abstract": "How.", "allValues": ["text", "json"]},
            {"kind": "positional", "valueName": "prefix", "abstract": "Which."}]}]}}
        """

    @Test("What no group names is shown behind all groups, so that no option is ever left out")
    func ungrouped() throws {
        let lines = try #require(HelpPage(dump: Self.dump, mode: "plan")).text.split(separator: "\n")
        let also = try #require(lines.firstIndex(of: "ALSO:"))
        #expect(
            lines[(also + 1)...].prefix(2) == [
                "  --new <what>            Not yet grouped.", "  <prefix>                Which.",
            ])
        #expect(lines.contains("  --output <form>         How. (values: text, json)"))
    }

    @Test("A flag and its opposite are one entry, and lines that begin with blanks stay as they are")
    func pairs() throws {
        let text = try #require(HelpPage(dump: Self.dump, mode: "plan")).text
        #expect(
            text.contains(
                "  --ip-over-ib, --no-ip-over-ib\n                          Whether. (default: --no-ip-over-ib)\n"))
        #expect(
            text.hasPrefix("OVERVIEW: Look.\n\nFirst.\n\n  as it is\nThen.\n\nUSAGE: tool plan <options> [prefix]\n"))
    }

    @Test("The program's own help leads to the modes; of a mode that is not there is none")
    func modes() throws {
        let text = try #require(HelpPage(dump: Self.dump, mode: nil)).text
        #expect(text.contains("MODES:\n  plan                    Look.\n"))
        #expect(HelpPage(dump: Self.dump, mode: "help") == nil)
        #expect(HelpPage(dump: "{}", mode: nil) == nil)
    }

    @Test("Lines are broken between words and never in one, at 80 columns")
    func lines() {
        let words = String(repeating: "123456789 ", count: 20)
        #expect(HelpLayout.lines(words).allSatisfy { $0.count == 79 || $0 == HelpLayout.lines(words).last })
        #expect(HelpLayout.entry("--x", words).map(\.count).max() == 75)
        let long = String(repeating: "x", count: 100)
        #expect(HelpLayout.lines(long) == [long])
        #expect(HelpLayout.entry("--x", "") == ["  --x"])
    }
}
