import ArgumentParser
import Logging
import Settings
import Telemetry

/// What every mode takes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Directory of batch.yaml, ufm.yaml and the password files (default: $PCOCC_SYSTEM_CONF_DIR or /etc/pcocc).",
            valueName: "directory"), completion: .directory)
    var configDir: String?
    @Flag(help: "Log in detail.") var debug = false

    func sources() throws(SettingsError) -> CredentialSources {
        try CredentialSources(configDirectory: configDir)
    }

    var toolLog: Logger { ProgramLog.tool(isDetailed: debug) }
}

extension Resolved {
    /// The value; what there is to be told goes to the log.
    func told(to log: Logger) throws(SettingsError) -> Value {
        for note in notes {
            switch note {
            case .warning(let text): log.warning("\(text)")
            case .origin(let text): log.debug("\(text)")
            }
        }
        return try result.get()
    }
}
