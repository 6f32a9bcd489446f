package import Reconciler
internal import Synchronization

/// What the loop showed last, for all that tell others of it: the metrics, the page, the health.
///
/// The loop never waits for whoever reads: where one reads just now, it shows what is new at its next turn.
package final class Observatory: TurnObserver {
    /// How it stands, at one moment.
    package struct View: Sendable {
        /// nil before the first turn of the loop.
        package fileprivate(set) var status: EngineStatus?
        /// All partitions; up to a second older than the status, and nil before the first turn.
        package fileprivate(set) var panorama: Panorama?
        /// How many panoramas there have been.
        package fileprivate(set) var number = 0
        /// When the loop last turned.
        package fileprivate(set) var turned: ContinuousClock.Instant?
        /// When UFM and the ledger were last read completely.
        package fileprivate(set) var reads: [String: Duration] = [:]
        /// When a watch was last proven to miss nothing, by its source.
        package fileprivate(set) var proofs: [String: Duration] = [:]
        var times = SyncTimes()
    }

    /// What the loop does not know.
    package struct Facts: Sendable {
        /// The store of etcd that the keys are read from.
        package var store: String?
        package var otherStoreHasKeys = false
        /// When certificates end, in Unix time, by whose they are.
        package var certificates: [String: Int] = [:]

        package init() {}
    }

    /// A panorama is taken no more often: the engine pays a little for each.
    private static let pause = Duration.seconds(1)

    package let beat = Duration.seconds(2)
    /// The loop's own; nobody else asks for it.
    private let own = Mutex((view: View(), hasNews: true, takenAt: Duration?.none))
    private let shown = Mutex(View())
    private let proofs = Mutex<[String: ContinuousClock.Instant]>([:])
    private let known = Mutex(Facts())
    private let epoch: @Sendable () -> Double

    /// - Parameter epoch: what says how many seconds have passed since 1970.
    package init(epoch: @escaping @Sendable () -> Double) {
        self.epoch = epoch
    }

    package func saw(_ turn: LoopTurn) {
        let view = own.withLock { own in
            let now = turn.status.at
            // A loop that came after another counts its time anew.
            if let before = own.view.status, before.at > now { own = (View(), true, nil) }
            own.view.status = turn.status
            let clock = ContinuousClock.now
            own.view.turned = clock
            if let proofs = proofs.withLockIfAvailable({ $0 }) {
                own.view.proofs = proofs.mapValues { now - $0.duration(to: clock) }
            }
            own.view.times.see(turn, own.view.proofs)
            switch turn.event {
            case .fabricRead(.success): own.view.reads["ufm"] = now
            case .ledgerRead(_, .success): own.view.reads["ledger"] = now
            default: break
            }
            if case .timer = turn.event {} else { own.hasNews = true }
            if own.hasNews, own.takenAt.map({ now - $0 >= Self.pause }) ?? true {
                own.view.panorama = turn.panorama
                own.view.number += 1
                (own.hasNews, own.takenAt) = (false, now)
            }
            return own.view
        }
        _ = shown.withLockIfAvailable { $0 = view }
    }

    /// A watch was just proven to miss nothing.
    package func proved(_ source: String) { proofs.withLock { $0[source] = .now } }

    package var view: View { shown.withLock { $0 } }

    /// What is known beside the loop.
    package var facts: Facts { known.withLock { $0 } }
    package func learn(_ change: (inout Facts) -> Void) { known.withLock { change(&$0) } }

    /// When the time of a status began, in Unix time.
    package func start(of status: EngineStatus, turned: ContinuousClock.Instant) -> Double {
        epoch() - turned.duration(to: .now) / .seconds(1) - status.at / .seconds(1)
    }
}
