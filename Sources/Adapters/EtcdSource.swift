package import EtcdGateway
package import KeyHistory
import Ledger
package import Reconciler

/// The PKey directory in etcd, as the reconciler sees it.
package struct EtcdSource: EtcdKeySource {
    package let id: SourceID
    private let client: EtcdClient
    private let range: KeyRange
    private let absentee: KeyName
    private let store: UInt64?
    private let etcd: EtcdCall
    private let proven: @Sendable () -> Void
    /// For so long another member must not have answered, before the same one counts as a second witness.
    private static let loneliness = Duration.seconds(60)

    /// The source of the keys behind a prefix.
    ///
    /// - Parameter prefix: the directory with its closing slash.
    package static func id(prefix: String) -> SourceID { SourceID("etcd", prefix: KeyName(prefix)) }

    /// - Parameters:
    ///   - prefix: the directory with its closing slash.
    ///   - absentee: a key that is never made, and that we may delete: what a second opinion writes.
    ///   - store: the id of the cluster, where it is known from a former life.
    ///   - proven: is called each time that the watch was proven to miss nothing.
    package init(
        _ client: EtcdClient, prefix: String, absentee: KeyName = "/surf-ufm-pkeyd/second-opinion",
        store: UInt64? = nil, advice: @escaping Failure.Advice = { _ in nil },
        proven: @escaping @Sendable () -> Void = {}
    ) {
        self.client = client
        self.proven = proven
        self.absentee = absentee
        self.store = store
        etcd = EtcdCall(advice)
        id = Self.id(prefix: prefix)
        range = .prefix(id.prefix.bytes)
    }

    package func isKept(in client: EtcdClient) -> Bool { self.client === client }

    package func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot {
        let last = witness.flatMap { witness in client.configuration.endpoints.first { witness.isOf($0) } }
        let listing = try await etcd { () async throws(EtcdError) in try await client.list(range, avoiding: last) }
        guard let last, listing.endpoint.named == last.named,
            !client.isAnswered(byOthersThan: last, within: Self.loneliness)
        else {
            return listing.snapshot
        }
        let snapshot = listing.snapshot
        // Of two answers in a row by the same member each is another one.
        let name = witness?.name == last.url ? last.url + Self.again : last.url
        return KeySnapshot(complete: snapshot.entries, at: snapshot.point, by: Respondent(name))
    }

    /// What the name of a member ends with that answered again because no other did.
    fileprivate static let again = " again"

    package func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        try await etcd { () async throws(EtcdError) in
            try await Follower(client, range, store: store, proven: proven).run { event in
                switch event {
                case .listed(let list, let reason): tell(.listed(list, reason: reason.rawValue))
                case .changed(let point, let changes): tell(.changed(point, changes))
                case .progress(let point): tell(.progress(point))
                case .lost(let error): tell(.lost(etcd.failure(error)))
                case .restored(let duration, _): tell(.restored(after: duration))
                }
            }
        }
    }

    /// Takes no more than the permission to read the keys.
    package func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher {
        // A transaction without writes would be one request, but etcd does not serve it linearizably.
        var point: StorePoint?
        var states: [KeyName: KeyState] = [:]
        for key in keys.sorted() {
            // The first read shows the present; the others show the same moment.
            let page = try await etcd { [point] () async throws(EtcdError) in
                try await client.range(.single(key.bytes), revision: point?.revision.number ?? 0)
            }
            point = point ?? page.header.point()
            states[key] = page.keyValues.first.map { KeyState(KeyVersion($0.modRevision), $0.value) } ?? .absent
        }
        return Voucher(at: point ?? StorePoint(revision: .absent), states)
    }

    package func confirm(
        _ expected: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        let conditions = TransactionCondition.those(of: expected) + permit.conditions
        do throws(EtcdError) {
            // What only compares could be answered by a stale member, as a read could. This writes, and changes nothing.
            return try await client.transaction(
                if: conditions, then: [.delete(key: absentee.bytes)],
                operation: "second opinion on \(expected.count) keys", under: permit.sendLease)
        } catch let error where error.kind == .permissionDenied && permit.fence == nil {
            // Who may only read has two reads, through two members where there are two.
            let first = try await list(avoiding: nil)
            guard first.confirms(expected) else { return false }
            return try await list(avoiding: first.witness).confirms(expected)
        } catch {
            throw etcd.failure(error)
        }
    }
}

extension Respondent {
    fileprivate func isOf(_ endpoint: EtcdEndpoint) -> Bool {
        name == endpoint.url || name == endpoint.url + EtcdSource.again
    }
}

extension KeySnapshot {
    /// Whether it shows all these keys so.
    fileprivate func confirms(_ expected: [KeyName: KeyState]) -> Bool {
        let states = Dictionary(
            entries.map { ($0.key, KeyState($0.revision, $0.value)) }, uniquingKeysWith: { first, _ in first })
        return expected.allSatisfy { (states[$0.key] ?? .absent) == $0.value }
    }
}
