internal import EtcdGateway
package import EtcdV2
package import KeyHistory
import Ledger
package import Reconciler

/// The PKey directory in etcd's v2 store, in which pcocc up to 0.7.5 writes, as the reconciler sees it.
///
/// That store has no transaction over many keys, and no ledger of ours: what v3 compares in one, a list through the raft log
/// shows here, which no stale member can answer. Its keys are named `v2:/pcocc/…`, since an index of v2 and a revision of v3
/// have nothing to do with each other.
package struct EtcdV2Source: KeySource {
    package let id: SourceID
    private let lists: V2Lists
    private let store: UInt64?
    private let etcd: EtcdCall
    private let heard = Hearsay()

    /// What the names of keys of the v2 store begin with.
    package static let scheme = "v2:"
    /// How old a list may be when something is deleted because of it.
    static let freshness = Duration.seconds(2)

    /// The source of the keys behind a prefix.
    ///
    /// - Parameter prefix: the directory with its closing slash.
    package static func id(prefix: String) -> SourceID { SourceID("etcd-v2", prefix: KeyName(scheme + prefix)) }

    /// - Parameters:
    ///   - prefix: the directory with its closing slash.
    ///   - store: the id of the cluster, where it is known from a former life.
    ///   - hadKeys: whether a former life knew of keys there: then the directory must be there.
    package init(
        _ client: EtcdV2Client, prefix: String, store: UInt64? = nil,
        hadKeys: @escaping @Sendable () async throws(Failure) -> Bool = { () async throws(Failure) in false },
        advice: @escaping Failure.Advice = { _ in nil }
    ) {
        id = Self.id(prefix: prefix)
        self.store = store
        etcd = EtcdCall(advice)
        lists = V2Lists(client, V2DirectoryName(prefix)) { () async throws(EtcdError) in
            do throws(Failure) {
                return try await hadKeys()
            } catch {
                throw EtcdError(.unavailable, "whether keys were there is not known: \(error.message)")
            }
        }
    }

    private var client: EtcdV2Client { lists.client }

    package func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot {
        guard let witness else {
            let listing = try await etcd { () async throws(EtcdError) in
                // Where a login makes each list dear, one is proof and resync at once.
                lists.isFollowed && client.isAuthenticated
                    ? try await lists.regular(every: V2Pace(isAuthenticated: true).interval)
                    : try await lists.fresh()
            }
            return named(listing.snapshot)
        }
        let last = client.configuration.endpoints.first {
            witness.name == $0.url || witness.name == $0.url + Self.again
        }
        let listing = try await etcd { () async throws(EtcdError) in try await lists.fresh(avoiding: last) }
        guard let last, listing.endpoint.named == last.named,
            !client.isAnswered(byOthersThan: last, within: Self.loneliness)
        else { return named(listing.snapshot) }
        // Of two answers in a row by the only member there is, each is another one.
        let name = witness.name == last.url ? last.url + Self.again : last.url
        return named(listing.snapshot, by: Respondent(name))
    }

    private static let again = " again"
    private static let loneliness = Duration.seconds(60)

    package func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        try await etcd { () async throws(EtcdError) in
            try await V2Follower(lists, store: store).run { event in
                switch event {
                case .listed(let list, let reason):
                    heard.listed(list.revision)
                    tell(.listed(named(list), reason: reason.rawValue))
                case .changed(let point, let changes):
                    let changes = changes.map(named)
                    heard.changed(changes, at: point.revision, by: lists.openWatch)
                    tell(.changed(point, changes))
                case .progress(let point):
                    heard.reached(point.revision)
                    tell(.progress(point))
                case .lost(let error): tell(.lost(etcd.failure(error)))
                case .restored(let duration, _): tell(.restored(after: duration))
                }
            }
        }
    }

    package func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher {
        let listing = try await present(avoiding: nil)
        let states = listing.snapshot.states
        return Voucher(
            at: listing.snapshot.point,
            Dictionary(uniqueKeysWithValues: Set(keys).map { ($0, states[unnamed($0)] ?? .absent) }))
    }

    package func confirm(_ expected: [KeyName: KeyState], _ permit: WritePermit) async throws(Failure) -> Bool {
        try await affirm(expected, for: .other, permit)
    }

    /// One list through another member than gave the last one, for all that ask at once.
    package func affirm(
        _ expected: [KeyName: KeyState], for purpose: AffirmationPurpose, _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        // What the watch itself has told so just now is somebody's word, and only adds.
        if purpose == .claim, heard.stand(expected, by: lists.openWatch) { return true }
        let listing = try await present(avoiding: lists.lastEndpoint)
        let states = listing.snapshot.states
        return expected.allSatisfy { (states[unnamed($0.key)] ?? .absent) == $0.value }
    }

    /// A list that is as good as now, and of our history.
    private func present(avoiding last: EtcdEndpoint?) async throws(Failure) -> V2Lists.Listing {
        for _ in 0..<3 {
            let told = heard.told
            let listing = try await etcd { () async throws(EtcdError) in try await lists.fresh(avoiding: last) }
            guard listing.asked.duration(to: .now) < Self.freshness else { continue }
            guard listing.snapshot.revision >= told else {
                throw Failure(
                    .history,
                    "etcd at \(listing.endpoint.url) lists its v2 store at \(listing.snapshot.revision), which is behind \(told)"
                )
            }
            return listing
        }
        throw Failure(
            .timedOut, "etcd takes longer than 2 s for each list of its v2 store: nothing is done on such old word")
    }

    // MARK: Names

    private func named(_ list: KeySnapshot, by witness: Respondent? = nil) -> KeySnapshot {
        KeySnapshot(
            complete: list.entries.map { KeyEntry(key: named($0.key), value: $0.value, revision: $0.revision) },
            at: list.point, by: witness ?? list.witness)
    }

    private func named(_ change: KeyChange) -> KeyChange {
        KeyChange(key: named(change.key), revision: change.revision, value: change.value)
    }

    private func named(_ key: KeyName) -> KeyName { KeyName(Self.scheme.utf8 + key.bytes) }

    private func unnamed(_ key: KeyName) -> KeyName {
        key.bytes.starts(with: Self.scheme.utf8) ? KeyName(Array(key.bytes.dropFirst(Self.scheme.utf8.count))) : key
    }
}

extension KeySnapshot {
    fileprivate var states: [KeyName: KeyState] {
        Dictionary(entries.map { ($0.key, KeyState($0.revision, $0.value)) }, uniquingKeysWith: { first, _ in first })
    }
}
