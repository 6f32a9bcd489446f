/// One option, or a flag with its opposite, as `--help` shows it.
struct HelpEntry {
    private(set) var names: [String]
    private let value: String?
    private let words: String

    init(_ argument: DumpedArgument) {
        let option = argument.option
        names = argument.kind == "positional" ? ["<\(argument.valueName ?? "word")>"] : option.names
        value = argument.kind == "option" ? argument.valueName : nil
        var facts: [String] = []
        if let values = argument.allValues, !values.isEmpty {
            facts.append("values: " + values.joined(separator: ", "))
        }
        if let standard = argument.defaultValue { facts.append("default: " + standard) }
        words = (argument.abstract ?? "") + (facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))")
    }

    /// Makes one entry of a flag and its opposite, of which the parser tells one after the other.
    static func pair(_ entries: inout [HelpEntry]) {
        var paired: [HelpEntry] = []
        for entry in entries {
            if let name = entry.names.first, let last = paired.last?.names.first, name == "--no-" + last.dropFirst(2) {
                paired[paired.endIndex - 1].names.append(name)
            } else {
                paired.append(entry)
            }
        }
        entries = paired
    }

    var lines: [String] {
        let label = names.joined(separator: ", ")
        return HelpLayout.entry(
            [label, value.map { "<\($0)>" } ?? ""].filter { !$0.isEmpty }.joined(separator: " "), words)
    }
}
