package import EtcdGateway
import Ledger
package import Reconciler

/// The PKey directory in etcd, as the reconciler sees it.
package struct EtcdSource: KeyValueSource {
    private let client: EtcdClient
    private let range: KeyRange

    package init(_ client: EtcdClient, prefix: String) {
        self.client = client
        range = .prefix(Array(prefix.utf8))
    }

    package func list() async throws(Failure) -> KeySnapshot {
        do throws(EtcdError) {
            return Self.snapshot(try await client.list(range))
        } catch {
            throw Failure(error)
        }
    }

    package func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        do throws(EtcdError) {
            try await PrefixFollower(client, range).run { event in
                switch event {
                case .listed(let listing, let reason):
                    tell(.listed(Self.snapshot(listing), reason: reason.rawValue))
                case .changed(let revision, let changes):
                    tell(.changed(revision: revision, changes.map(Self.change)))
                case .progress: break
                case .lost(let error): tell(.lost(Failure(error)))
                case .restored(let duration): tell(.restored(after: duration))
                }
            }
        } catch {
            throw Failure(error)
        }
    }

    private static func snapshot(_ listing: KeyListing) -> KeySnapshot {
        let entries = listing.keyValues.map { keyValue in
            KeyEntry(key: text(keyValue.key), value: keyValue.value, revision: keyValue.modRevision)
        }
        return KeySnapshot(complete: entries, revision: listing.revision)
    }

    private static func change(_ change: EtcdGateway.KeyChange) -> Reconciler.KeyChange {
        let key = text(change.key)
        guard let value = change.value else { return .deleted(key: key, revision: change.modRevision) }
        return .set(KeyEntry(key: key, value: value, revision: change.modRevision))
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
