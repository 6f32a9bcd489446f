import Ledger
import Logging
import Reconciler

/// Has the ledger say in which of etcd's stores the keys are, so that no later start decides otherwise by itself.
///
/// Nothing waits for it: as long as it is not written, the records say the same.
struct StorePin: Sendable {
    enum Authority: Sendable {
        /// Somebody has said so, and may say something else than before.
        case word
        /// It was found so: what stands there already counts for more.
        case finding
    }

    let store: KeyStore
    let authority: Authority
    let ledger: any InspectableLedger
    let log: Logger

    /// Tries until it stands there, or until the task is cancelled.
    func keep() async {
        var isTold = false
        while !Task.isCancelled {
            do throws(Failure) {
                return try await put()
            } catch {
                if !isTold, !Task.isCancelled {
                    log.warning(
                        "which of etcd's stores has the keys is not yet put down in the ledger; tried until it is: \(error.message)"
                    )
                }
                isTold = true
            }
            try? await Task.sleep(for: .seconds(10))
        }
    }

    /// Tries once.
    func putOnce() async {
        do throws(Failure) {
            try await put()
        } catch {
            log.warning("which of etcd's stores has the keys is not put down in the ledger: \(error.message)")
        }
    }

    private func put() async throws(Failure) {
        let before = try await ledger.about().about.store
        let (store, authority) = (store, authority)
        let now = try await ledger.amendAbout { about in
            switch authority {
            case .word: about.store = store
            case .finding: about.store = about.store ?? store
            }
        }
        if authority == .word, let before, before != now.store {
            log.notice(
                "PKey keys are in etcd's \(store.rawValue) store from now on, as --etcd-api says, and no longer in its \(before.rawValue) store"
            )
        }
    }
}
