import ArgumentParser
import UFMModel
import UFMSimulator

/// The options of `ufm-simulator`, and the configuration they make: the profile, then the scenario, then the rest.
struct SimulatorOptions: ParsableArguments {
    @OptionGroup(title: "Listening options") var listening: ListenOptions
    @OptionGroup(title: "User options") var users: UserOptions
    @OptionGroup(title: "Fabric options") var fabric: FabricOptions

    @Option(help: "Set version, switches and bugs together; scenario and other options then change what it set.")
    var profile = Profile.ufm6221

    @Option(help: ArgumentHelp("Start as a JSON document says; its members are listed below.", valueName: "file"))
    var scenario: String?

    @Option(
        help: ArgumentHelp(
            "Keep partitions and tokens there over restarts. Once the file exists it stands in place of --partition.",
            valueName: "file"))
    var state: String?

    @Option(
        help: ArgumentHelp(
            "The UFM release to be, MAJOR.MINOR.PATCH-BUILD. (default: the profile's)", valueName: "version"))
    var ufmVersion: String?

    @Option(help: ArgumentHelp("A bug to have, by its number in the release notes; repeatable.", valueName: "number"))
    var bug: [Bug] = []

    @Option(
        name: .customLong("switch"),
        help: ArgumentHelp(
            "How to answer one of the questions that are open about UFM; repeatable.", valueName: "name=value"))
    var switches: [String] = []

    @Option(help: ArgumentHelp("Milliseconds that each request waits before it acts and answers.", valueName: "ms"))
    var latency = 0

    @Flag(help: "Print each request as it ends: time, method, path, status, milliseconds.")
    var requestLog = false

    func validate() throws {
        _ = try makeConfiguration()
    }

    /// The configuration; a `ValidationError` where options are wrong.
    func makeConfiguration() throws -> UFMSimulator.Configuration {
        var configuration = UFMSimulator.Configuration()
        do {
            try configuration.ufm.apply(profile)
            if let scenario { try configuration.apply(ScenarioDocument(file: scenario)) }
            try listening.apply(to: &configuration)
            try users.apply(to: &configuration)
            try fabric.apply(to: &configuration.ufm)
            for text in switches {
                let (name, value) = try pair(text, "--switch")
                try configuration.ufm.switches.set(name, to: value)
            }
            configuration.ufm.version = ufmVersion ?? configuration.ufm.version
            _ = try Release(configuration.ufm.version)
        } catch let error as SimulatorError {
            throw ValidationError(error.description)
        } catch let error as UFMModelError {
            throw ValidationError(error.description)
        }
        configuration.ufm.bugs.formUnion(bug)
        configuration.stateFile = state
        configuration.latency = .milliseconds(try checked(latency, in: 0...3_600_000, "--latency"))
        return configuration
    }
}

extension Profile: ExpressibleByArgument {}
extension Bug: ExpressibleByArgument {}
