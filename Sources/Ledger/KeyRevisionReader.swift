package import EtcdGateway
package import Reconciler

/// At which revisions keys in etcd stood at one moment.
package struct KeyRevisions: Hashable, Sendable {
    /// The revision of the store at that moment.
    package let store: Int64
    /// The revisions of the keys; 0 for one that was not there.
    package let keys: [String: Int64]
}

/// What vouches for the keys in etcd to a ledger that is not in etcd.
package protocol KeyRevisionReader: Sendable {
    /// Reads keys linearizably, all at one revision of the store.
    func revisions(of keys: [String]) async throws(Failure) -> KeyRevisions
}

/// Reads the keys from etcd, with no more than the permission to read them.
package struct EtcdKeyRevisions: KeyRevisionReader {
    private let client: EtcdClient
    private let advice: Failure.Advice

    package init(_ client: EtcdClient, advice: @escaping Failure.Advice = { _ in nil }) {
        self.client = client
        self.advice = advice
    }

    package func revisions(of keys: [String]) async throws(Failure) -> KeyRevisions {
        // A transaction without writes would be one request, but etcd does not serve it linearizably.
        var store: Int64 = 0
        var found: [String: Int64] = [:]
        for key in keys.sorted() {
            do throws(EtcdError) {
                // The first read shows the present; the others show the same moment.
                let page = try await client.range(.single(Array(key.utf8)), revision: store, keysOnly: true)
                if store == 0 { store = page.header.revision }
                found[key] = page.keyValues.first?.modRevision ?? 0
            } catch {
                throw Failure(error, advice)
            }
        }
        return KeyRevisions(store: store, keys: found)
    }
}
