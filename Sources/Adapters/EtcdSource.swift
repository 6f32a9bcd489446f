package import EtcdGateway
import KeyHistory
import Ledger
package import Reconciler

/// The PKey directory in etcd, as the reconciler sees it.
package struct EtcdSource: KeyValueSource {
    private let client: EtcdClient
    private let range: KeyRange
    private let advice: Failure.Advice

    package init(
        _ client: EtcdClient, prefix: String, advice: @escaping Failure.Advice = { _ in nil }
    ) {
        self.client = client
        self.advice = advice
        range = .prefix(Array(prefix.utf8))
    }

    package func list() async throws(Failure) -> Reconciler.KeySnapshot {
        do throws(EtcdError) {
            return Self.snapshot(try await client.list(range).snapshot)
        } catch {
            throw Failure(error, advice)
        }
    }

    package func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        do throws(EtcdError) {
            try await Follower(client, range).run { event in
                switch event {
                case .listed(let list, let reason): tell(.listed(Self.snapshot(list), reason: reason.rawValue))
                case .changed(let point, let changes):
                    tell(.changed(revision: point.revision.number, changes.map(Self.change)))
                case .progress: break
                case .lost(let error): tell(.lost(Failure(error, advice)))
                case .restored(let duration, _): tell(.restored(after: duration))
                }
            }
        } catch {
            throw Failure(error, advice)
        }
    }

    private static func snapshot(_ list: KeyHistory.KeySnapshot) -> Reconciler.KeySnapshot {
        Reconciler.KeySnapshot(complete: list.entries.map(entry), revision: list.revision.number)
    }

    private static func change(_ change: KeyHistory.KeyChange) -> Reconciler.KeyChange {
        guard let value = change.value else {
            return .deleted(key: change.key.description, revision: change.revision.number)
        }
        return .set(entry(KeyHistory.KeyEntry(key: change.key, value: value, revision: change.revision)))
    }

    private static func entry(_ entry: KeyHistory.KeyEntry) -> Reconciler.KeyEntry {
        Reconciler.KeyEntry(key: entry.key.description, value: entry.value, revision: entry.revision.number)
    }
}
