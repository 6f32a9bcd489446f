import Glibc
package import Reconciler
import Surroundings
import Synchronization

/// Tells the service manager how the daemon stands.
///
/// The sign of life comes from the loop that does the work, after each of its turns, and from nowhere else: a loop that hangs
/// says nothing, and is ended by the manager.
package final class Supervisor: TurnWitness {
    private let socket: NotifySocket
    private let news: Mutex<SupervisorNews>
    package let beat: Duration

    /// nil where no manager is listening.
    package init?(_ variables: SupervisorVariables = .ofProcess) {
        guard let socket = variables.socket.flatMap(NotifySocket.init) else { return nil }
        let news = SupervisorNews(patience: variables.patience)
        self.socket = socket
        self.news = Mutex(news)
        beat = news.beat
    }

    package func turned(_ status: EngineStatus) {
        news.withLock { news in
            // What was not taken is told again at the next turn.
            guard let (datagram, after) = news.next(status), socket.send(datagram) else { return }
            news = after
        }
    }

    /// Reads the configuration again by `read`, which the manager hears of before and after.
    package func reload(_ read: () async -> Void) async {
        send { $0.reloading(at: Self.monotonicMicroseconds) }
        await read()
        send { $0.reloaded }
    }

    /// Why the daemon ends that did not want to.
    package func failed(_ problem: String) {
        _ = socket.send("STATUS=\(OutgoingWords.line(problem))")
    }

    private func send(_ words: (SupervisorNews) -> String?) {
        news.withLock { news in
            if let datagram = words(news) { _ = socket.send(datagram) }
        }
    }

    private static var monotonicMicroseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
    }
}
