import Foundation
import Glibc
import Synchronization

/// Starts programs by `posix_spawn`.
///
/// Foundation's `Process` hands on the signal mask of the thread that happens to call it, and the threads of the
/// concurrency runtime may mask signals: a child started so can be deaf to SIGTERM.
enum Spawn {
    /// The child's standard streams.
    struct Streams {
        var input: Int32
        var output: Int32
        var errors: Int32
    }

    /// No child may start between the making of a pipe and the mark that keeps it from children: an end that leaked
    /// would hide the end of the output.
    private static let descriptors = Mutex(())

    /// Starts the program in a process group of its own, with no signal masked or ignored and no other file open.
    static func start(_ command: Command, streams: Streams) throws(HarnessError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, streams.errors, STDERR_FILENO)
        // Closing a number that is free by then does no harm.
        for descriptor in openDescriptors() where descriptor > STDERR_FILENO {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        var allSignals = sigset_t()
        sigemptyset(&noSignals)
        sigfillset(&allSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setsigdefault(&attributes, &allSignals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        // glibc hides the call that would set the directory from Swift.
        let words = command.directory.map { ["env", "-C", $0] } ?? []
        let arguments = words + [command.program] + command.arguments
        let program = words.first ?? command.program
        var process: pid_t = 0
        let failure = withCStrings(arguments) { arguments in
            withCStrings(command.mergedEnvironment.map { "\($0)=\($1)" }) { environment in
                descriptors.withLock { _ in
                    posix_spawnp(&process, program, &actions, &attributes, arguments, environment)
                }
            }
        }
        guard failure == 0 else {
            throw .cannotStart(program: command.program, reason: String(cString: strerror(failure)))
        }
        return process
    }

    /// A pipe whose ends no child inherits by accident: (read end, write end).
    static func pipe() throws(HarnessError) -> (reading: Int32, writing: Int32) {
        let ends: [Int32]? = descriptors.withLock { _ in
            var ends: [Int32] = [-1, -1]
            guard Glibc.pipe(&ends) == 0 else { return nil }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return ends
        }
        guard let ends else { throw .lastFailure(of: "pipe") }
        return (ends[0], ends[1])
    }

    private static func openDescriptors() -> [Int32] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        return (names ?? []).compactMap { Int32($0) }
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        return body(copies + [nil])
    }
}

extension HarnessError {
    /// The failure that `errno` tells of, read right after the call.
    static func lastFailure(of call: String) -> HarnessError {
        .system(call: call, reason: String(cString: strerror(errno)))
    }
}
