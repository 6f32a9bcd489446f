import Adapters
import EtcdV2
import Exposition
import Logging
import Reconciler

/// Looks now and then whether keys of pcocc's have come up in the store that is not used, and says so once.
/// Keys of a v3 store that everybody could have written are no reason to be alarmed: they have no say.
struct OtherStore: Sendable {
    private let stores: Stores
    private let store: KeyStore
    private let observatory: Observatory?
    private let log: Logger

    /// - Parameter store: the one that is used.
    init(_ stores: Stores, in store: KeyStore, _ observatory: Observatory?, log: Logger) {
        self.stores = stores
        self.observatory = observatory
        self.store = store
        self.log = log
    }

    /// Until the task is cancelled.
    func watch() async {
        var isTold = false
        repeat {
            if !isTold {
                let found = await stores.keys(besides: store)
                tell(found)
                isTold = found != .none
            }
            // Where a login makes each look at v2 dear, seldom.
        } while (try? await Task.sleep(for: .seconds(store == .v3 && stores.v2.isAuthenticated ? 60 : 10))) != nil
    }

    private func tell(_ found: Stores.OtherKeys) {
        if found != .none { observatory?.learn { $0.otherStoreHasKeys = true } }
        switch found {
        case .none: break
        case .keys:
            log.error(
                "PKey keys are in etcd's \(store.other.rawValue) store, which is not used: its \(store.rawValue) store is; if pcocc has moved, say --etcd-api \(store.other.rawValue)"
            )
        case .forgeable:
            log.warning(
                "PKey keys are in etcd's v3 store, which asks for no password beside a v2 store that does, so that everybody could have written them: they count for nothing; if they are meant, say --etcd-api v3"
            )
        }
    }
}
