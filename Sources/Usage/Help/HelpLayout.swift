/// Words in lines of a width, as `--help` shows them. Pure.
enum HelpLayout {
    /// What a terminal has where nobody has made it wider.
    static let columns = 80
    /// Where the words on an option begin.
    static let margin = 26

    /// A paragraph in lines, each behind so many blanks.
    static func lines(_ text: some StringProtocol, indent: Int = 0) -> [String] {
        let blanks = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > columns {
                lines.append(blanks + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return line.isEmpty ? lines : lines + [blanks + line]
    }

    /// Paragraphs, which an empty line parts; a line that begins with blanks stays as it is.
    static func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line in
            line.isEmpty ? [""] : line.hasPrefix("  ") ? [String(line)] : lines(line)
        }
    }

    /// A term, and what is said of it: beside it, or below where the term is long.
    static func entry(_ term: String, _ words: String, margin: Int = margin) -> [String] {
        let said = lines(words, indent: margin)
        guard let first = said.first else { return ["  " + term] }
        let label = "  " + term
        guard label.count + 1 < margin else { return [label] + said }
        let gap = String(repeating: " ", count: margin - label.count)
        return [label + gap + first.drop { $0 == " " }] + said.dropFirst()
    }
}
