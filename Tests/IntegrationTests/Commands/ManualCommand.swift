import TestSupport

/// A command line as the manual has it, made to fit a site: other program, hosts and certificate files, nothing else.
struct ManualCommand: Sendable {
    /// What the manual says, to the letter.
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// Runs it in a shell, as it would be typed.
    func run(at site: Site) async throws -> CommandResult {
        try await CommandRunner.run(try shellCommand(at: site))
    }

    /// Starts it in a shell beside the test.
    func start(at site: Site) throws -> BackgroundProcess {
        try BackgroundProcess(try shellCommand(at: site))
    }

    private func shellCommand(at site: Site) throws -> Command {
        var command = try site.command([])
        // The shell makes way for the program, so that it gets the signals.
        command.arguments = ["-c", "exec " + line(at: site, program: command.program)]
        command.program = "/bin/sh"
        return command
    }

    private func line(at site: Site, program: String) -> String {
        let replacements = [
            ("./surf_ufm_pkeyd.py", program),
            ("ufm1.local.snellius.surf.nl", site.ufmHost), ("ufm1.local", site.ufmHost),
            // The second of three members is down: nothing listens on that port.
            ("etcd1.local:2379", "127.0.0.1:\(site.etcdPort)"), ("etcd2.local:2379", "127.0.0.1:1"),
            ("etcd3.local:2379", "localhost:\(site.etcdPort)"), ("etcd.local", "localhost"),
            ("/path/to/ca.crt", site.certificates.authority.certificate),
            ("/path/to/client.crt", site.certificates.client.certificate),
            ("/path/to/client.key", site.certificates.client.key),
        ]
        return replacements.reduce(text) { $0.replacing($1.0, with: $1.1) } + trust(at: site)
    }

    /// The CA of this site is not among those of the machine, and UFM speaks HTTP only where it is said.
    private func trust(at site: Site) -> String {
        guard text.contains("ufm1.local"), !text.contains("--http") else { return "" }
        if !site.kind.isEncrypted { return " --http" }
        return text.contains("--no-ssl-verify") ? "" : " " + site.ufmTrust.joined(separator: " ")
    }
}
