import Glibc
import TestSupport

extension Site {
    /// The program with these options, started by a shell script, in which `"$@"` is the command.
    func shellCommand(_ script: String, _ arguments: [String]) throws -> Command {
        var command = try command([])
        command.arguments = ["-c", script, "sh", command.program] + arguments
        command.program = "/bin/sh"
        return command
    }

    /// What leads the daemon to the servers of this site.
    var daemonArguments: [String] { ["monitor"] + etcdArguments + ["--ufm-user", "admin"] + ufmTrust }
}

/// Whether this is root, which alone may take a machine's parts away for a test.
let isRoot = geteuid() == 0
