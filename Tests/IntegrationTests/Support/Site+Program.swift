import TestSupport

/// The program of the site.
extension Site {
    /// Runs the program to its end, with the options given and no others.
    @discardableResult
    func run(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) async throws -> CommandResult {
        try await CommandRunner.run(command(arguments, environment: environment, input: input))
    }

    /// Runs the program to its end, with the options given and no others.
    @discardableResult
    func run(_ arguments: String...) async throws -> CommandResult {
        try await run(arguments)
    }

    /// Starts the program beside the test, with the options given and no others.
    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> BackgroundProcess {
        let process = try BackgroundProcess(command(arguments, environment: environment))
        transcripts.add(arguments.first ?? "the program", process)
        return process
    }

    /// Starts a daemon that knows how to reach the servers of this site. Of an option given twice, the last one counts.
    func startDaemon(_ extraArguments: String..., environment: [String: String] = [:]) throws -> BackgroundProcess {
        try start(
            ["monitor"] + etcdArguments + ["--ufm-user", "admin"] + ufmTrust + extraArguments,
            environment: environment)
    }

    /// What the etcd of this site demands beyond the configuration files.
    var etcdArguments: [String] {
        ["--etcd-user", "root"] + (kind == .mutualTLS ? clientCertificateArguments : [])
    }

    /// The client certificate of this site.
    var clientCertificateArguments: [String] {
        ["--etcd-cert-file", certificates.client.certificate, "--etcd-key-file", certificates.client.key]
    }

    /// What makes the UFM of this site acceptable.
    var ufmTrust: [String] {
        kind.isEncrypted ? ["--ufm-ca-cert", certificates.authority.certificate] : ["--http"]
    }

    /// The command line of the program, for a site whose administrator has set nothing else.
    func command(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil
    ) throws -> Command {
        Command(
            try Programs.pkeyd(), arguments,
            environment: ["PCOCC_SYSTEM_CONF_DIR": configuration.path].merging(environment) { $1 },
            droppingVariables: [
                "PCOCC_", "SURF_UFM_PKEYD_", "CREDENTIALS_DIRECTORY", "ETCD", "SSL_CERT_",
                "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",
            ],
            input: input)
    }
}

extension BackgroundProcess {
    /// Asks the daemon to end and waits for that; throws when it takes longer.
    func stop(within limit: Duration = .untilHung) async throws -> ExitStatus {
        terminate()
        return try await waitForExit(timeout: limit)
    }
}
