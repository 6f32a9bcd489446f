internal import CStart
internal import Glibc

/// Whether the system lets this process have what it cannot do without.
///
/// Looked at before anything else runs: the runtime and the event loop meet such a limit by a crash, or by waiting for ever.
package enum ProcessLimits {
    /// Files that must be able to be open beside those that are: the event loop's, each thread's and each connection's.
    package static let neededDescriptors = 24
    /// Threads beside this one: the event loop, libcurl, the log, a look-up of a name, and those that do the work.
    package static let neededThreads = 8

    /// What is too small, in words; nil when all is well. Raises the soft limit of open files as far as may be.
    package static func complaint() -> String? {
        raiseDescriptors()
        return descriptorComplaint() ?? threadComplaint()
    }

    private static func raiseDescriptors() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 4_096))
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private static func descriptorComplaint() -> String? {
        var taken: [Int32] = []
        defer { taken.forEach { close($0) } }
        while taken.count < neededDescriptors {
            let descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
            guard descriptor >= 0 else {
                return "too few open files are allowed: \(taken.count) more can be opened and \(neededDescriptors) are "
                    + "needed (ulimit -n, LimitNOFILE=): \(String(cString: strerror(errno)))"
            }
            taken.append(descriptor)
        }
        return nil
    }

    private static func threadComplaint() -> String? {
        let isOver = Monitor(false)
        var threads: [pthread_t] = []
        defer {
            isOver.update { $0 = true }
            threads.forEach { pthread_join($0, nil) }
        }
        while threads.count < neededThreads {
            do throws(ThreadError) {
                threads.append(try SystemThread.start { _ = isOver.wait { $0 ? true : nil } })
            } catch {
                return
                    "too few tasks are allowed: \(threads.count) more can be started and \(neededThreads) are needed "
                    + "(ulimit -u, TasksMax=): \(error.reason)"
            }
        }
        return nil
    }
}

/// The memory of this process.
package enum ProcessMemory {
    /// Lets all threads take it from one place, to be called before there is another thread. The C library would have one for
    /// each, and what is let go of in one is of no use to the others: large lists are read now by this thread, now by that.
    package static func share() { pkeyd_share_memory() }

    /// Gives what nobody uses any more back to the system; takes some milliseconds.
    package static func giveBack() { pkeyd_give_back_memory() }

    /// Gives back what only the start has needed: most of a program is what a command line, a first connection and a first list
    /// take, and none of it is used in the weeks that follow.
    package static func settle() {
        pkeyd_give_back_memory()
        pkeyd_let_go_of_program()
    }
}
