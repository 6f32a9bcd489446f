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
        while !Task.isCancelled {
            let verdict = await stores.choice()
            switch verdict {
            case .chosen(.v3), .alone(.v3):
                let isShown = if case .chosen = verdict { true } else { false }
                settled.set(isShown)
                tell(.open)
                await OtherStore(stores, in: .v3, observatory, log: log).watch()
                return
            case .chosen(let store), .alone(let store):
                finish(.other(store))
                return await untilCancelled()
            case .both(let words):
                finish(.undecided(words))
                return await untilCancelled()
            case .empty:
                tell(.open)
                say(.info, "no PKey key is in etcd's v3 store or in its v2 store: the first one decides which is used")
            case .waits(let failure):
                tell(.close)
                say(
                    .warning,
                    "whether pcocc's keys are in etcd's v3 store or in its v2 store is not known: \(failure.message)")
            }
            try? await Task.sleep(for: stores.v2.isAuthenticated ? .seconds(10) : .seconds(1))
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

    private func finish(_ end: End) {
        found.withLock { $0 = end }
        result.set(end)
    }

    private func untilCancelled() async {
        while (try? await Task.sleep(for: .seconds(3_600))) != nil {}
    }
}
