internal import FoundationEssentials
internal import KeyHistory

/// A cheap linearizable read that shows whether a watch has missed something.
///
/// A stream proves nothing by being open, nor by its progress messages: a member that hangs or is cut off keeps both up.
struct WatchProof: Equatable, Sendable {
    enum Verdict: Equatable, Sendable {
        case current
        /// The watch has yet to tell this revision, or is dead.
        case behind(Int64)
        /// Another store answers than the one that is watched.
        case otherStore
    }

    /// Where the position was when the read was begun.
    let since: Int64
    /// Where the store stands.
    let point: StorePoint
    /// The last change of some key in the range that changed after `since`.
    let newerKey: Int64?
    /// Keys in the range now, and at `since`.
    let count: Int64
    let countThen: Int64

    /// The store's revision.
    var revision: Int64 { point.revision.number }

    /// Whether the range is as it was at `since`.
    var showsNoChange: Bool { newerKey == nil && count == countThen }

    /// What the read says of a watch that has told everything up to a revision, or seems to have.
    func verdict(told last: Int64) -> Verdict {
        guard revision >= since else { return .otherStore }
        if let newerKey { return last >= newerKey ? .current : .behind(newerKey) }
        // A deletion leaves no key behind that would name its revision; anything newer may be it.
        return showsNoChange || last > since ? .current : .behind(since + 1)
    }
}

extension EtcdClient {
    /// How often a watch is proven alive, by a read through another member where there is one.
    static let proofInterval = Duration.seconds(5)
    /// How soon for the first time: a watch that holds so long, and misses nothing, is a good one.
    static let firstProof = Duration.seconds(1)
    /// How long a watch may take to tell what such a read has shown.
    static let proofGrace = Duration.seconds(2)

    /// Proves again and again that a watch has missed nothing, until it has, or until the task is cancelled.
    ///
    /// - Parameters:
    ///   - passesCompactions: whether a proof that a compaction makes impossible is passed over: the watch itself goes on.
    ///   - told: the revision up to which the watch has told everything.
    ///   - judge: what a proof says of the watch by now.
    /// - Returns: why the watch is to be left; nil when the task was cancelled.
    func prove<C: Clock>(
        _ watch: EtcdWatch, of range: KeyRange, clock: C, passesCompactions: Bool, told: @Sendable () -> Int64,
        judge: @Sendable (WatchProof) throws(EtcdError) -> WatchProof.Verdict
    ) async -> EtcdError? where C.Duration == Duration {
        var pause = Self.firstProof
        do throws(EtcdError) {
            while true {
                guard (try? await clock.sleep(for: pause)) != nil else { return nil }
                pause = Self.proofInterval
                let proof: WatchProof
                do throws(EtcdError) {
                    proof = try await self.proof(of: range, since: told(), avoiding: watch.endpoint)
                } catch let error where error.isCompaction && passesCompactions {
                    continue
                }
                guard case .behind = try judge(proof) else { continue }
                guard (try? await clock.sleep(for: Self.proofGrace)) != nil else { return nil }
                guard case .behind(let revision) = try judge(proof) else { continue }
                throw EtcdError(
                    .watchSilent, "revision \(revision) has happened and the watch does not tell it",
                    operation: "watch of \(range)", endpoint: watch.endpoint)
            }
        } catch {
            return error.kind == .cancelled && Task.isCancelled ? nil : error
        }
    }

    /// Reads whether anything in a range changed since a revision: linearizably, and through another member than the one
    /// that is watched where there is one.
    func proof(
        of range: KeyRange, since revision: Int64, avoiding watched: EtcdEndpoint
    ) async throws(EtcdError) -> WatchProof {
        func read(_ body: RangeRequest) async throws(EtcdError) -> RangeAnswer {
            try await call(
                "/v3/kv/range", body, effect: .read, operation: "proof of the watch of \(range)", last: watched
            ).0
        }
        let end = range.end.isEmpty ? nil : Data(range.end)
        let newer = try await read(
            RangeRequest(
                key: Data(range.start), range_end: end, limit: WireInt64(1), revision: nil, keys_only: true,
                count_only: nil, min_mod_revision: WireRevision(revision + 1)))
        let header = newer.header
        // A younger store has no such revision to count at; its revision says enough.
        let then =
            header.revision < revision
            ? newer
            : try await read(
                RangeRequest(
                    key: Data(range.start), range_end: end, limit: nil, revision: WireRevision(revision),
                    keys_only: nil,
                    count_only: true))
        return WatchProof(
            since: revision, point: header.point(), newerKey: newer.keyValues.first?.modRevision,
            count: newer.count, countThen: then.count)
    }
}
