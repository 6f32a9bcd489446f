/// The modes of a program with the options of each: from the parser's own description of itself, or as they are written down.
package struct OptionCatalog: Sendable {
    /// An option or a flag, by all its names.
    package struct Option: Hashable, Sendable {
        /// With their dashes, the one for people first.
        package let names: [String]
        package let takesValue: Bool
        /// Whether values may go on until the next option.
        package let takesMany: Bool
        /// What the help calls the value: `endpoint,…`.
        package var valueName: String?
        /// Whether it may be given again, for another value.
        package var isRepeating = false
    }

    package struct Mode: Sendable {
        package let name: String
        package let options: [Option]
        /// Whether a word that belongs to no option means something.
        package let takesWord: Bool

        package func option(_ name: String) -> Option? { options.first { $0.names.contains(name) } }
    }

    /// In the order in which the help shows them.
    package let modes: [Mode]
    /// Which one it is where none is named.
    package let standard: String

    package func mode(_ name: String) -> Mode? { modes.first { $0.name == name } }
}

extension OptionCatalog {
    /// Reads what `--experimental-dump-help` prints; nil where that is not its form (swift-argument-parser, ToolInfo 0).
    package init?(dump: String) {
        guard let tool = DumpedTool(dump) else { return nil }
        let everywhere = ["--help", "-h"]
        modes = (tool.command.subcommands ?? []).filter { $0.commandName != "help" }.map { command in
            let arguments = command.arguments ?? []
            let options = arguments.filter { $0.kind != "positional" }.map(\.option)
            let help = Option(names: everywhere, takesValue: false, takesMany: false)
            return Mode(
                name: command.commandName,
                options: options.contains { $0.names.contains("--help") } ? options : options + [help],
                takesWord: arguments.contains { $0.kind == "positional" })
        }
        standard = tool.command.defaultSubcommand ?? modes.first?.name ?? ""
    }
}
