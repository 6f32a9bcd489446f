import ArgumentParser
import Settings
import Surroundings
import Usage

/// Reads the command line; of what is wrong with it the culprit is named, and nothing that was typed is ignored.
enum CommandLineCheck {
    /// Options that have names of their own in `ufm`.
    private static let twins: [Set<String>] = [
        [OptionNames.daemon.ufmHost, OptionNames.tool.ufmHost],
        [OptionNames.daemon.ufmUser, OptionNames.tool.ufmUser],
        [OptionNames.daemon.ufmPassword, OptionNames.tool.ufmPassword],
    ]

    /// The command that these words, behind the program's name, call for.
    static func parse(_ words: [String]) throws -> any ParsableCommand {
        let arguments = GUIDArgument.completingBareGUIDs(EqualsSigns.spelledOut(words))
        let command: any ParsableCommand
        do {
            command = try SurfUFMPKeyD.parseAsRoot(arguments)
        } catch {
            // A call for help, or for the version, is none of ours.
            guard !SurfUFMPKeyD.exitCode(for: error).isSuccess, let complaint = complaint(words) else { throw error }
            throw ValidationError(complaint)
        }
        if let complaint = emptyValue(words) ?? misplacement(words) { throw ValidationError(complaint) }
        return command
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

    private static var catalog: OptionCatalog? { OptionCatalog(dump: SurfUFMPKeyD._dumpHelp()) }

    private static func complaint(_ words: [String]) -> String? {
        catalog.flatMap { Complaint.about(words, $0, twins: twins) } ?? misplacement(words)
    }

    /// The description of all options is asked for only where a word has such an end.
    private static func emptyValue(_ words: [String]) -> String? {
        words.contains { $0.hasPrefix("--") && $0.hasSuffix("=") } ? complaint(words) : nil
    }

    private static func misplacement(_ words: [String]) -> String? {
        OperationTable.all.first { $0.mode == words.first }?.complaint(words.dropFirst())
    }
}
