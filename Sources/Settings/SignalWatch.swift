import Glibc
import Synchronization

/// The signal that arrived last while one is watched for, 0 for none. A handler may touch nothing but an atomic.
private let arrived = Atomic<Int32>(0)

/// Holds back the signals that end a process for as long as the terminal is in a state that nobody should inherit.
///
/// One at a time: a signal's handler belongs to the whole process.
struct SignalWatch: ~Copyable {
    private static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
    private var previous: [(signal: Int32, action: sigaction)] = []

    init() {
        arrived.store(0, ordering: .sequentiallyConsistent)
        for signal in Self.signals {
            var before = sigaction()
            guard sigaction(signal, nil, &before) == 0, !Self.isIgnored(before) else { continue }
            var watching = sigaction()
            watching.__sigaction_handler.sa_handler = { arrived.store($0, ordering: .sequentiallyConsistent) }
            if sigaction(signal, &watching, nil) == 0 { previous.append((signal, before)) }
        }
    }

    /// The signal that has arrived, if any.
    var caught: Int32? {
        let signal = arrived.load(ordering: .sequentiallyConsistent)
        return signal == 0 ? nil : signal
    }

    /// Gives the signals back to whoever handled them, and the one that arrived with them; returns it if we live on.
    consuming func endAndDeliver() -> Int32? {
        for entry in previous {
            var action = entry.action
            sigaction(entry.signal, &action, nil)
        }
        guard let signal = caught else { return nil }
        kill(getpid(), signal)
        return signal
    }

    /// Under `nohup` a hang-up must stay without effect.
    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
