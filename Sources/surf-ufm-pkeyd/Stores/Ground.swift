import Adapters
import EtcdGateway
import Ledger
import Logging
import Planning
import Reconciler
import Synchronization

/// What the daemon stands on, and the range with which it runs until somebody has confirmed a wider one.
final class Ground: Sendable {
    private let footing: Footing
    private let state: Mutex<(running: ManagedRange, end: SharedResult<ManagedRange>)>

    init(_ footing: Footing) {
        self.footing = footing
        state = Mutex((footing.range, SharedResult()))
    }

    /// The range with which it is to run now.
    var running: ManagedRange { state.withLock(\.running) }

    /// What keeps the gate closed until the ledger agrees.
    func keeper(in world: Stores.World, _ fabric: UFMFabric, _ log: Logger) -> FootingKeeper {
        let ledger = world.ledger
        return FootingKeeper(
            footing, running: running, ledger, world.instructions,
            hasOurs: { () async throws(Failure) in
                Footing.hasOurs(try await ledger.records(), in: try await fabric.snapshot())
            },
            runAgain: { [self] range in
                let end = state.withLock { state in
                    state.running = range
                    return state.end
                }
                end.set(range)
            }, clock: ContinuousClock(), say: { log.error("\($0.text)") })
    }

    /// Returns when it is to run with another range, or when the task is cancelled.
    func awaitEnd() async {
        let end = state.withLock(\.end)
        _ = await end.get()
    }

    /// Whether it is to run again, with another range than it ran with; then that one is the present one.
    ///
    /// - Parameter range: with which it ran.
    func isToRunAgain(after range: ManagedRange) -> Bool {
        state.withLock { state in
            guard state.running != range else { return false }
            state.end = SharedResult()
            return true
        }
    }
}
