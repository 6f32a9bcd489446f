import Glibc

/// A command that is run to its end.
enum Subprocess {
    /// Runs a command found along PATH without input and output, its complaints going to a file; blocks, and answers
    /// its exit status, or 128 and more if a signal ended it.
    static func run(_ arguments: [String], errorFile: String) throws(SimulatorError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, errorFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)

        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let argv = arguments.map { strdup($0) } + [nil]
        let environment = [strdup("PATH=" + path), nil]
        defer { for pointer in argv + environment { free(pointer) } }

        var child = pid_t()
        let failure = posix_spawnp(&child, arguments[0], &actions, nil, argv, environment)
        guard failure == 0 else {
            throw .certificate("cannot run \(arguments.joined(separator: " ")): \(String(cString: strerror(failure)))")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1 {
            guard errno == EINTR else {
                throw .certificate("cannot await \(arguments[0]): \(String(cString: strerror(errno)))")
            }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
