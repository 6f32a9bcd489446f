/// What `--help` says of one mode, or of the program: what it is for, its options by group, the ones that matter first, and
/// examples at the end; in 80 columns. Pure.
package struct HelpPage: Sendable {
    private let command: DumpedCommand
    private let call: String
    private let modes: [DumpedCommand]
    private let plan: HelpPlan

    /// - Parameters:
    ///   - dump: what `--experimental-dump-help` prints.
    ///   - mode: nil for the program as a whole.
    /// - Returns: nil where that is not its form, or there is no such mode.
    package init?(dump: String, mode: String?) {
        guard let tool = DumpedTool(dump)?.command else { return nil }
        let modes = (tool.subcommands ?? []).filter { $0.commandName != "help" }
        if let mode {
            guard let command = modes.first(where: { $0.commandName == mode }) else { return nil }
            self.command = command
            call = "\(tool.commandName) \(mode)"
            self.modes = []
        } else {
            command = tool
            call = tool.commandName
            self.modes = modes
        }
        plan = HelpPlan.of(mode)
    }

    package var text: String { (head + options + modeLines + endLines).joined(separator: "\n") }

    private var head: [String] {
        let words = (command.arguments ?? []).filter { $0.kind == "positional" }.map { " [\($0.valueName ?? "WORD")]" }
        let usage = "USAGE: \(call) " + (modes.isEmpty ? "<options>" + words.joined() : "<mode> <options>")
        let discussion = command.discussion.map { [""] + HelpLayout.paragraphs($0) } ?? []
        return HelpLayout.lines("OVERVIEW: " + (command.abstract ?? "")) + discussion + ["", usage, ""]
    }

    /// By group; what no group names comes last.
    private var options: [String] {
        var left = (command.arguments ?? []).map(HelpEntry.init)
        HelpEntry.pair(&left)
        var lines: [String] = []
        for group in plan.groups {
            let chosen = group.options.compactMap { name in left.first { $0.names.contains(name) } }
            left.removeAll { entry in chosen.contains { $0.names == entry.names } }
            if !chosen.isEmpty { lines += section(group.title, chosen.flatMap(\.lines)) }
        }
        return left.isEmpty ? lines : lines + section(plan.groups.isEmpty ? "OPTIONS" : "ALSO", left.flatMap(\.lines))
    }

    private var modeLines: [String] {
        guard !modes.isEmpty else { return [] }
        let lines = modes.flatMap { mode in
            HelpLayout.entry(mode.commandName, mode.abstract ?? "")
        }
        return section("MODES", lines + ["", "  `\(call) help MODE` shows the options of a mode."])
    }

    private var endLines: [String] {
        let notes = plan.notes.flatMap { note in
            let margin = 4 + (note.entries.map(\.0.count).max() ?? 0)
            return section(note.title, note.entries.flatMap { HelpLayout.entry($0.0, $0.1, margin: margin) })
        }
        guard !plan.examples.isEmpty else { return notes }
        let examples = plan.examples.flatMap { ["  # \($0.what)", "  surf-ufm-pkeyd \($0.words)"] }
        return notes + section("EXAMPLES", examples).dropLast()
    }

    private func section(_ title: String, _ lines: [String]) -> [String] { ["\(title):"] + lines + [""] }
}
