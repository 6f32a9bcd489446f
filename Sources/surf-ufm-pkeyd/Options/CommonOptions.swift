import ArgumentParser
import Glibc
import Logging
import Settings
import Telemetry

/// What every mode takes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Directory of batch.yaml, ufm.yaml and the password files (default: $PCOCC_SYSTEM_CONF_DIR or /etc/pcocc).",
            valueName: "directory"))
    var configDir: String?
    @Flag(help: "Log in detail.") var debug = false

    func directory() throws(SettingsError) -> ConfigDirectory {
        try ConfigDirectory.resolve(option: configDir, environment: .current)
    }

    func credentials() throws(SettingsError) -> CredentialSources {
        CredentialSources(environment: .current, directory: try directory())
    }

    /// The daemon's log, on standard output.
    func daemonLog() -> Logger {
        log(to: STDOUT_FILENO, level: debug ? .debug : .info)
    }

    /// A tool's log, on standard error: standard output is for its results.
    func toolLog() -> Logger {
        log(to: STDERR_FILENO, level: debug ? .debug : .warning)
    }

    private func log(to descriptor: Int32, level: Logger.Level) -> Logger {
        let output = FileDescriptorOutput(descriptor: descriptor)
        return Logger(label: "surf-ufm-pkeyd") { _ in LineLogHandler(output: output, level: level) }
    }
}
