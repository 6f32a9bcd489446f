import ArgumentParser
import Settings
import Surroundings
import Usage

/// Reads the command line; of what is wrong with it the culprit is named, and nothing that was typed is ignored.
enum CommandLineCheck {
    /// What these words, behind the program's name, call for; with what `ufm.yaml` says in front of them.
    static func parse(_ words: [String]) throws -> (command: any ParsableCommand, Invocation) {
        let arguments = GUIDArgument.completingBareGUIDs(EqualsSigns.spelledOut(words))
        let site = try site(words)
        let whole = site?.completing(arguments) ?? arguments
        let command: any ParsableCommand
        do {
            command = try commandOfMode(whole) ?? SurfUFMPKeyD.parseAsRoot(whole)
        } catch {
            // A call for help, or for the version, is none of ours.
            guard !SurfUFMPKeyD.exitCode(for: error).isSuccess else { throw error }
            if let complaint = complaint(words) { throw ValidationError(complaint) }
            if let failure = site?.failure(behind: SurfUFMPKeyD.message(for: error)) { throw failure }
            throw error
        }
        if let complaint = emptyValue(words) ?? misplacement(words) { throw ValidationError(complaint) }
        try site?.checkInstance()
        return (command, Invocation(words: words, file: site?.file))
    }

    /// What these words call for where nothing is wrong with them, from their mode alone: of a program with several the parser goes
    /// through the options of more than one, which takes as long as all else.
    private static func commandOfMode(_ arguments: [String]) -> (any ParsableCommand)? {
        let program = SurfUFMPKeyD.configuration
        let named = program.subcommands.first { $0.configuration.commandName == arguments.first }
        guard let mode = named ?? program.defaultSubcommand else { return nil }
        // What is wrong, and a call for help (which is parsed as another command), the whole program answers, in its own words.
        let command = try? mode.parseAsRoot(named == nil ? arguments : Array(arguments.dropFirst()))
        return command.flatMap { type(of: $0) == mode ? $0 : nil }
    }

    /// The help that the parser was asked for, in place of what it says by itself; nil where that is something else.
    static func help(_ words: String) -> String? {
        guard words.hasPrefix("OVERVIEW: ") else { return nil }
        let usage = words.split(separator: "\n").first { $0.hasPrefix("USAGE: ") }?.split(separator: " ") ?? []
        guard usage.count > 2 else { return nil }
        let mode = usage[2] == "<subcommand>" ? nil : String(usage[2])
        return HelpPage(dump: SurfUFMPKeyD._dumpHelp(), mode: mode)?.text
    }

    /// What is wrong with what was typed is told before what is wrong with a file.
    private static func site(_ words: [String]) throws -> Site? {
        do {
            return try Site(words)
        } catch {
            if let complaint = complaint(words) { throw ValidationError(complaint) }
            throw error
        }
    }

    /// A key whose name is no text is another key once it has been made one, and so is a file.
    static func refuseOddBytes(_ arguments: ProcessArguments) throws {
        guard let place = arguments.firstOddity else { return }
        throw ValidationError("argument \(place) is not UTF-8 text, and would stand for something else")
    }

    /// Since `monitor` may be left out, a mistyped mode would be taken for a daemon's argument; `help` takes any word.
    static func refuseUnknownMode(_ words: [String]) throws {
        let modes = SurfUFMPKeyD.configuration.subcommands.compactMap { $0.configuration.commandName }
        let word = words.first == "help" ? words.dropFirst().first : words.first
        guard let word, !word.hasPrefix("-"), !(modes + ["help"]).contains(word) else { return }
        let nearest = Spelling.nearest(to: word, among: modes).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError(
            "Unknown mode '\(word)': there are \(modes.dropLast().joined(separator: ", ")) and \(modes.last ?? "").\(nearest)"
        )
    }

    private static func complaint(_ words: [String]) -> String? {
        OptionCatalog.ofProgram.flatMap { Complaint.about(words, $0, twins: OptionNames.twins) } ?? misplacement(words)
    }

    /// The description of all options is asked for only where a word has such an end.
    private static func emptyValue(_ words: [String]) -> String? {
        words.contains { $0.hasPrefix("--") && $0.hasSuffix("=") } ? complaint(words) : nil
    }

    private static func misplacement(_ words: [String]) -> String? {
        OperationTable.all.first { $0.mode == words.first }?.complaint(words.dropFirst())
    }
}

extension OptionCatalog {
    /// Every option of every mode, as the parser describes them.
    static var ofProgram: OptionCatalog? { OptionCatalog(dump: SurfUFMPKeyD._dumpHelp()) }
}
