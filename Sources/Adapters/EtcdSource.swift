package import EtcdGateway
package import KeyHistory
import Ledger
package import Reconciler

/// The PKey directory in etcd, as the reconciler sees it.
package struct EtcdSource: EtcdKeySource {
    package let id: SourceID
    private let client: EtcdClient
    private let range: KeyRange
    private let advice: Failure.Advice

    /// - Parameter prefix: the directory with its closing slash.
    package init(
        _ client: EtcdClient, prefix: String, advice: @escaping Failure.Advice = { _ in nil }
    ) {
        self.client = client
        self.advice = advice
        id = SourceID("etcd", prefix: KeyName(prefix))
        range = .prefix(id.prefix.bytes)
    }

    package func isKept(in client: EtcdClient) -> Bool { self.client === client }

    package func list() async throws(Failure) -> KeySnapshot {
        try await told { () async throws(EtcdError) in try await client.list(range).snapshot }
    }

    package func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        try await told { () async throws(EtcdError) in
            try await Follower(client, range).run { event in
                switch event {
                case .listed(let list, let reason): tell(.listed(list, reason: reason.rawValue))
                case .changed(let point, let changes): tell(.changed(point, changes))
                case .progress(let point): tell(.progress(point))
                case .lost(let error): tell(.lost(Failure(error, advice)))
                case .restored(let duration, _): tell(.restored(after: duration))
                }
            }
        }
    }

    /// Takes no more than the permission to read the keys.
    package func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher {
        // A transaction without writes would be one request, but etcd does not serve it linearizably.
        var point: StorePoint?
        var versions: [KeyName: KeyVersion] = [:]
        for key in keys.sorted() {
            // The first read shows the present; the others show the same moment.
            let page = try await told { [point] () async throws(EtcdError) in
                try await client.range(.single(key.bytes), revision: point?.revision.number ?? 0, keysOnly: true)
            }
            point = point ?? page.header.point()
            versions[key] = page.keyValues.first.map { KeyVersion($0.modRevision) } ?? .absent
        }
        return Voucher(at: point ?? StorePoint(revision: .absent), versions)
    }

    private func told<Value>(_ call: () async throws(EtcdError) -> Value) async throws(Failure) -> Value {
        do throws(EtcdError) {
            return try await call()
        } catch {
            throw Failure(error, advice)
        }
    }
}
