import Settings
import Synchronization
import Usage

/// What the program was called with.
struct Invocation: Sendable {
    private static let kept = Mutex<Invocation?>(nil)

    /// That of this process; nil before it is known.
    static var current: Invocation? { kept.withLock { $0 } }

    /// As they were typed, without the program's name.
    let words: [String]
    /// What `ufm.yaml` says; nil where there is none, or where it does not matter.
    let file: ConfiguredOptions?

    /// Makes it that of this process.
    func keep() { Self.kept.withLock { $0 = self } }
}

/// The configuration directory of a command line, and what `ufm.yaml` in it adds to the words.
struct Site {
    let file: ConfiguredOptions?
    private let directory: ConfigDirectory
    private let mode: OptionCatalog.Mode
    private let hasModeWord: Bool
    /// The options that were typed, as `monitor` calls them.
    private let given: Set<String>
    /// Where the ledger is to be; nil where nobody says it.
    private let ledger: String?

    /// nil where the parser is to answer by itself, or where nothing is added to the words; throws where the file, or its
    /// directory, is no good.
    init?(_ words: [String]) throws {
        let options = GivenOptions(words)
        guard !options.asksForHelp else { return nil }
        let directory = try ConfigDirectory.resolve(
            option: options.value(of: OptionNames.configDirectory), environment: .current)
        let catalog = OptionCatalog.written(beside: words.first)
        guard let daemon = catalog.mode(catalog.standard) else { return nil }
        let file = try ConfiguredOptions.load(from: directory, daemon)
        guard file != nil || directory.instance != nil else { return nil }
        let named = words.first.flatMap { catalog.mode($0) }
        self.directory = directory
        mode = named ?? daemon
        hasModeWord = named != nil
        given = Set(options.names.map(OptionNames.daemonName))
        self.file = file
        ledger =
            options.value(of: OptionNames.ledger)
            ?? file?.entries.first { $0.option == OptionNames.ledger }?.values.first
    }

    /// The words of the file, between the mode and what was typed.
    func completing(_ arguments: [String]) -> [String] {
        guard let words = file?.words(for: mode, given: given) else { return arguments }
        return hasModeWord ? arguments.prefix(1) + words + arguments.dropFirst() : words + arguments
    }

    /// What in the file the parser's message is about.
    func failure(behind message: String) -> SettingsError? {
        file?.failure(behind: message, in: mode, given: given)
    }

    /// Several daemons on one host must not take each other's ledger for their own.
    func checkInstance() throws {
        guard let instance = directory.instance, mode.option(OptionNames.ledger) != nil else { return }
        let isNamed =
            given.contains(OptionNames.fabric) || file?.entries.contains { $0.option == OptionNames.fabric } == true
        guard let problem = ConfigDirectory.problem(ofInstance: instance, namesFabric: isNamed, ledger: ledger) else {
            return
        }
        throw SettingsError.file(path: directory.file(ConfiguredOptions.fileName), problem: problem)
    }
}
