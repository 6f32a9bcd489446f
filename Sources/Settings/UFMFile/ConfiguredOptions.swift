package import Usage
package import YAMLReader

/// What `ufm.yaml` says: long options of `monitor` without their dashes, below `settings:`.
///
/// They become words of the command line, in front of those that were typed: so a value means in the file what it means
/// there, and what the parser does not know of, the file cannot have.
package struct ConfiguredOptions: Hashable, Sendable {
    package static let fileName = "ufm.yaml"

    /// One key of the file.
    package struct Entry: Hashable, Sendable {
        /// As it stands in the file.
        package let key: String
        /// The option of `monitor` that it stands for, with its dashes; nil for one that says no more than its absence.
        package let option: String?
        /// Empty for a flag.
        package let values: [String]
        /// Where the value begins.
        package let mark: YAMLMark
    }

    package let path: String
    /// In the order of the file.
    package let entries: [Entry]

    /// The words of the entries that count, for a command line of this mode.
    ///
    /// - Parameter given: the options that were typed, as `monitor` calls them: they win.
    package func words(for mode: OptionCatalog.Mode, given: Set<String> = []) -> [String] {
        used(by: mode, given: given).flatMap { entry, name in
            entry.values.isEmpty ? [name] : entry.values.map { "\(name)=\($0)" }
        }
    }

    /// The entries that count for a mode, each with what the option is called there.
    private func used(by mode: OptionCatalog.Mode, given: Set<String>) -> [(entry: Entry, name: String)] {
        entries.compactMap { entry in
            guard let option = entry.option, OptionRivals.displacing(option).isDisjoint(with: given),
                let name = OptionNames.name(of: option, in: mode)
            else { return nil }
            return (entry, name)
        }
    }

    /// The error in the file that the parser's message is about; nil where it is about what was typed.
    package func failure(
        behind message: String, in mode: OptionCatalog.Mode, given: Set<String> = []
    ) -> SettingsError? {
        guard let culprit = used(by: mode, given: given).first(where: { message.mentions($0.name) }) else { return nil }
        return failure(
            culprit.entry, ParserMessage.problem(in: message, with: culprit.entry.values) ?? message)
    }

    /// What deserves a word at each start, with its place.
    package var warnings: [String] {
        entries.filter { $0.option == "--adopt" && $0.values == ["all"] }.map {
            failure(
                $0,
                "whatever UFM has of a PKey that etcd asks for is taken over at each start; "
                    + "leave it out once that is done"
            ).description
        }
    }

    /// The keys that say something else here than there, in the order of the alphabet.
    package func differences(from other: ConfiguredOptions?) -> [String] {
        let (mine, others) = (Self.values(self), Self.values(other))
        return Set(mine.keys).union(others.keys).filter { mine[$0] != others[$0] }.sorted()
    }

    private static func values(_ options: ConfiguredOptions?) -> [String: [String]] {
        let entries = options?.entries ?? []
        return Dictionary(entries.map { ($0.key, [$0.option ?? ""] + $0.values) }) { first, _ in first }
    }

    private func failure(_ entry: Entry, _ problem: String) -> SettingsError {
        .place(
            path: path, line: entry.mark.line, column: entry.mark.column, problem: "settings.\(entry.key): \(problem)")
    }
}

/// The parser's own messages about one value.
enum ParserMessage {
    /// What is wrong with the value: the part of the message that is not about the command line.
    ///
    /// `The value 'x' is invalid for '--ledger <etcd|file[:path]>': expected …`, or with `. Please provide …` at its end.
    static func problem(in message: String, with values: [String]) -> String? {
        guard let value = values.first(where: { message.hasPrefix("The value '\($0)' is invalid for '") }) else {
            return nil
        }
        let rest = message.dropFirst("The value '\(value)' is invalid for '".count)
        guard let end = rest.firstIndex(of: "'") else { return nil }
        let detail = rest[rest.index(after: end)...].drop { ":. ".contains($0) }
        if !detail.isEmpty { return String(detail) }
        let name = rest[..<end].split(separator: "<").last.map { $0.prefix { $0 != ">" } } ?? "another value"
        return "\(String(reflecting: String(value.prefix(40)))) is not of the kind <\(name)>"
    }
}

extension String {
    /// Whether this option is among the words; `--ufm-host` is not in `--ufm-hosts`.
    fileprivate func mentions(_ option: String) -> Bool {
        ranges(of: option).contains { range in
            guard range.upperBound < endIndex else { return true }
            let next = self[range.upperBound]
            return !(next.isLetter || next.isNumber || next == "-")
        }
    }
}
