/// What is wrong with a command line, where the parser would say something else: one line that names the culprit.
///
/// The parser looks at what is missing before it looks at what it does not know, so that `ufm --lst` would hear of a
/// missing operation. It is asked for its opinion only where there is no complaint here. Values are never repeated: the one
/// behind a misspelt option may be a password.
package enum Complaint {
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - twins: options that have another name in another mode.
    package static func about(
        _ arguments: [String], _ catalog: OptionCatalog, twins: [Set<String>] = []
    ) -> String? {
        guard let words = CommandWords(arguments, catalog) else { return nil }
        let mode = words.mode
        for (index, word) in words.words.enumerated() {
            switch word {
            case .option(let name, let equals):
                guard let option = mode.option(name) else { return unknown(name, in: mode, catalog, twins) }
                guard equals != .none else { continue }
                guard option.takesValue else { return "\(name) takes no value" }
                let next = index + 1 < words.words.count ? words.words[index + 1] : nil
                // The parser would take the next word, and do with it what was never meant.
                if equals == .empty, case .bare? = next {
                    return "\(name)=: nothing stands behind the equals sign; write \(name)=VALUE, or \(name) VALUE"
                }
                if equals == .empty, option.takesMany { return "\(name)=: nothing stands behind the equals sign" }
            case .bare(let text):
                if catalog.mode(text) != nil, !mode.takesWord {
                    return "'\(text)' is a mode: it comes first, before all options"
                }
            case .value: continue
            }
        }
        return nil
    }

    private static func unknown(
        _ name: String, in mode: OptionCatalog.Mode, _ catalog: OptionCatalog, _ twins: [Set<String>]
    ) -> String {
        let owners = catalog.modes.filter { $0.option(name) != nil }.map { "`\($0.name)`" }
        guard owners.isEmpty else {
            let twin = twins.first { $0.contains(name) }?.subtracting([name]).first { mode.option($0) != nil }
            let place = "\(name) is an option of \(owners.inWords), not of `\(mode.name)`"
            return twin.map { "\(place): here it is \($0)" } ?? place
        }
        let names = mode.options.flatMap(\.names).filter { $0.hasPrefix("--") }
        let nearest = Spelling.nearest(to: name, among: names)
        return "Unknown option '\(name)' of `\(mode.name)`." + (nearest.map { " Did you mean '\($0)'?" } ?? "")
    }
}

extension [String] {
    /// `a`, `a and b`, `a, b and c`.
    var inWords: String { joined(last: "and") }
    /// `a`, `a or b`, `a, b or c`.
    var inAlternatives: String { joined(last: "or") }

    private func joined(last word: String) -> String {
        count < 2 ? joined() : dropLast().joined(separator: ", ") + " \(word) " + self[count - 1]
    }
}
