/// Which options stand on a command line, without a parser's judgement. Pure.
///
/// No value begins with two dashes: the parser does not take such a word for one.
package struct GivenOptions {
    private let words: [String]

    /// - Parameter arguments: without the program's name.
    package init(_ arguments: [String]) {
        words = Array(arguments.prefix { $0 != "--" })
    }

    /// With their dashes, without what stands behind an equals sign.
    package var names: Set<String> {
        Set(
            words.compactMap { word in
                guard word.hasPrefix("--"), case .option(let name, _) = CommandWords.option(word) else { return nil }
                return name
            })
    }

    /// What was said last of an option that takes a value; nil where nothing was.
    package func value(of option: String) -> String? {
        for (index, word) in words.enumerated().reversed() {
            if word == option, index + 1 < words.count { return words[index + 1] }
            if word.hasPrefix(option + "=") { return String(word.dropFirst(option.count + 1)) }
        }
        return nil
    }

    /// Whether the parser is asked for its own words, and not for anything to be done.
    package var asksForHelp: Bool {
        words.contains { ["-h", "--help", "--version"].contains($0) || Self.asksForItself($0) } || words.first == "help"
    }

    private static func asksForItself(_ word: String) -> Bool {
        ["--generate-completion-script", "--experimental-dump-help", "---completion"].contains { word.hasPrefix($0) }
    }
}
