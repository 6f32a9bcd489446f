internal import Glibc
internal import Synchronization

/// Which of the signals has come, each by its bit. A handler may touch nothing but an atomic.
private let arrived = Atomic<UInt32>(0)

/// The signals that ask the program to end, noted until somebody is there to take them.
///
/// Holding them back by the thread's mask would not do: the main thread of an asynchronous program waits in `sigsuspend` with
/// an empty one, and the system's own handling would end the process there.
package enum EndingSignals {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// From here on they are noted, and do nothing else. One that is ignored stays so: under `nohup` a hang-up has no effect.
    package static func note() {
        // Touched once outside a handler, which must not be the first: that may take a lock.
        arrived.store(0, ordering: .sequentiallyConsistent)
        // Where Swift finds its own teller of crashes it has taken this one as well, and lets a process go on that was sent it by
        // another one: by systemd's watchdog, which would wait on for one that hangs.
        signal(SIGABRT, SIG_DFL)
        for signal in signals {
            var before = sigaction()
            guard sigaction(signal, nil, &before) == 0, !isIgnored(before) else { continue }
            var noting = sigaction()
            noting.__sigaction_handler.sa_handler = { signal in
                arrived.bitwiseOr(1 << UInt32(signal), ordering: .sequentiallyConsistent)
            }
            noting.sa_flags = Int32(SA_RESTART)
            sigaction(signal, &noting, nil)
        }
    }

    /// Hands them over: those that somebody has taken meanwhile are told to it, and the others end the process again. Those
    /// that were noted are sent once more.
    package static func letGo(but taken: Set<Int32> = []) {
        for number in signals where !taken.contains(number) {
            var before = sigaction()
            guard sigaction(number, nil, &before) == 0, !isIgnored(before) else { continue }
            signal(number, SIG_DFL)
        }
        let noted = arrived.exchange(0, ordering: .sequentiallyConsistent)
        for signal in signals where noted & (1 << UInt32(signal)) != 0 { kill(getpid(), signal) }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
