import Adapters
import EtcdGateway
import Synchronization

/// Looks out for pcocc's first key in etcd's v2 store, while nobody knows yet in which store it will be.
///
/// A look at a v2 store with passwords costs etcd the comparing of one, and so is taken every 10 s only. Between the looks one
/// watch tells, which costs as much once, however long it lasts. It proves nothing: it may be dead.
final class FirstKeyWatch: Sendable {
    /// Where it is cut again and again, it is opened no more often than this.
    private static let pause = Duration.seconds(60)

    private let survey: StoreSurvey
    private let bell = Mutex(SharedResult<Void>())

    init(_ survey: StoreSurvey) {
        self.survey = survey
    }

    /// Until the task is cancelled.
    func watch() async {
        while !Task.isCancelled {
            let opened = ContinuousClock.now
            if let arrivals = await survey.arrivalsInV2() {
                // What came before the watch was there is seen by a look that is begun after that.
                ring()
                if await survey.awaitPKey(in: arrivals) { ring() }
            }
            try? await Task.sleep(until: opened + Self.pause, clock: .continuous)
        }
    }

    private func ring() { bell.withLock { $0 }.set(()) }

    /// Returns after that time, or as soon as there is a reason to look.
    func rest(for time: Duration) async {
        let rung = bell.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await rung.get() }
            group.addTask { try? await Task.sleep(for: time) }
            await group.next()
            group.cancelAll()
        }
        bell.withLock { $0 = SharedResult() }
    }
}
