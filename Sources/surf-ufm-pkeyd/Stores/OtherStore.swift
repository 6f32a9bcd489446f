import Adapters
import EtcdV2
import Exposition
import Logging
import Reconciler

/// Looks now and then whether keys of pcocc's have come up in the store that is not used, and says so once.
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
            if !isTold, await stores.hasKeys(besides: store) {
                isTold = true
                observatory?.learn { $0.otherStoreHasKeys = true }
                log.error(
                    "PKey keys are in etcd's \(store.other.rawValue) store, which is not used: its \(store.rawValue) store is; if pcocc has moved, say --etcd-api \(store.other.rawValue)"
                )
            }
            // Where a login makes each look at v2 dear, seldom.
        } while (try? await Task.sleep(for: .seconds(store == .v3 && stores.v2.isAuthenticated ? 60 : 10))) != nil
    }
}
