import Adapters
import EtcdGateway
import EtcdV2
import Exposition
import Logging
import Reconciler
import Synchronization

/// Keeps the gate closed until it is known that pcocc's keys are in etcd's v3 store, where nobody has said in which they are;
/// ends the run where they are in v2.
///
/// The daemon runs on v3 meanwhile: what stands in the way of reading etcd is told as ever.
final class StoreKeeper: GateKeeper {
    /// Why the run is to end.
    enum End: Sendable {
        case other(KeyStore)
        case undecided(String)
    }

    let reason = WriteGate.Reason.undecidedStore
    private let stores: Stores
    private let observatory: Observatory?
    private let log: Logger
    private let result = SharedResult<End>()
    private let found = Mutex<End?>(nil)
    private let settled = SharedResult<Bool>()
    private let told = Mutex<String?>(nil)

    init(_ stores: Stores, _ observatory: Observatory?, log: Logger) {
        self.stores = stores
        self.observatory = observatory
        self.log = log
    }

    /// How it ended the run; nil where it did not.
    var end: End? { found.withLock { $0 } }

    /// Returns when the run is to end for it.
    func awaitEnd() async { _ = await result.get() }

    /// Whether keys or records have shown that v3 is meant, as soon as that is known; nil when the task was cancelled.
    func isShown() async -> Bool? { await settled.get() }

    func keep(_ tell: @escaping @Sendable (GateWord) -> Void) async {
        guard let end = await seek(tell) else { return }
        switch end {
        case .v3(let isShown):
            settled.set(isShown)
            tell(.open)
            await OtherStore(stores, in: .v3, observatory, log: log).watch()
        case .end(let end):
            found.withLock { $0 = end }
            result.set(end)
            await untilCancelled()
        }
    }

    private enum Answer: Sendable {
        /// It is v3; whether its keys, or records, have shown it.
        case v3(isShown: Bool)
        case end(End)
    }

    /// Looks until it is known where the keys are; nil when the task was cancelled.
    private func seek(_ tell: @escaping @Sendable (GateWord) -> Void) async -> Answer? {
        await withTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            let firstKey = FirstKeyWatch(stores.survey)
            var isOut = false
            while !Task.isCancelled {
                switch await stores.choice() {
                case .chosen(.v3): return .v3(isShown: true)
                case .alone(.v3): return .v3(isShown: false)
                case .chosen(let store), .alone(let store): return .end(.other(store))
                case .both(let words): return .end(.undecided(words))
                case .empty:
                    tell(.open)
                    say(
                        .info,
                        "no PKey key is in etcd's v3 store or in its v2 store: the first one decides which is used")
                    if stores.v2.isAuthenticated, !isOut {
                        isOut = true
                        group.addTask { await firstKey.watch() }
                    }
                case .waits(let failure):
                    tell(.close)
                    say(
                        .warning,
                        "whether pcocc's keys are in etcd's v3 store or in its v2 store is not known: \(failure.message)"
                    )
                }
                // Where a login makes each look at v2 dear, seldom.
                await firstKey.rest(for: stores.v2.isAuthenticated ? .seconds(10) : .seconds(1))
            }
            return nil
        }
    }

    /// Says something that is news.
    private func say(_ level: Logger.Level, _ words: String) {
        let isNews = told.withLock { told in
            defer { told = words }
            return told != words
        }
        if isNews { log.log(level: level, "\(words)") }
    }

    private func untilCancelled() async {
        while (try? await Task.sleep(for: .seconds(3_600))) != nil {}
    }
}
