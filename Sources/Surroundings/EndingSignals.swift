import Glibc

/// The signals that ask the program to end, held back until somebody is there to take them.
///
/// Threads hold back what the thread that starts them holds back, so that what is held before the first one is started is
/// held by all, and waits for whoever reads it from the system.
package enum EndingSignals {
    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&set, signal) }
        return set
    }

    /// From here on they wait.
    package static func hold() {
        var set = set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// From here on they do what they did before, those that have come meanwhile too.
    package static func letGo() {
        var set = set
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }
}
