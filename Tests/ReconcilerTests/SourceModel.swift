import KeyHistory
import Reconciler

/// A source of keys in memory, as a world has it: how it names its keys, and how its versions go on.
///
/// The engine must not care: every history runs on etcd's and on one whose versions are like times of a clock.
struct SourceModel: Sendable {
    let id: SourceID
    /// What it calls its own store; nil where stores have no names.
    let store: UInt64?
    let term: UInt64?
    /// Where a store that was just made stands.
    let first: KeyVersion
    /// By how much a change moves its version.
    let stride: Int64

    static let etcd = SourceModel(
        id: SourceID("etcd", prefix: "/pkeys/"), store: 0xcdf8_1818_2a4d_4342, term: 2, first: 1, stride: 1)

    static let memory = SourceModel(
        id: SourceID("memory", prefix: "memory:"), store: nil, term: nil, first: 1_700_000_000_000_000_000,
        stride: 1_000_003)

    func point(at revision: KeyVersion) -> StorePoint {
        StorePoint(store: store, revision: revision, term: term)
    }

    func next(after revision: KeyVersion) -> KeyVersion { KeyVersion(revision.number + stride) }
}
