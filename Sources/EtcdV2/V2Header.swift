package import KeyHistory
internal import Text
internal import Transport

/// What the headers of an answer say of the store.
package struct V2Header: Hashable, Sendable {
    /// The id of the cluster: the same as in v3.
    package let cluster: UInt64?
    /// The index of the last change that the answer takes account of; of a watch, the last one before it. Nil where the
    /// answer has none.
    package let index: Int64?
    /// The term of the leader; nil where the answer has none.
    package let raftTerm: UInt64?
    package let raftIndex: UInt64?

    init(_ head: HTTPResponseHead) {
        cluster = head.header("X-Etcd-Cluster-Id").flatMap {
            Hex.value(of: $0.utf8, prefix: .optional, maximumDigits: 16)
        }
        index = head.header("X-Etcd-Index").flatMap(Int64.init).flatMap { KeyVersion.numbers.contains($0) ? $0 : nil }
        raftTerm = head.header("X-Raft-Term").flatMap(UInt64.init)
        raftIndex = head.header("X-Raft-Index").flatMap(UInt64.init)
    }

    /// Where in the history of its store an index stands.
    package func point(at index: Int64) -> StorePoint {
        StorePoint(store: cluster, revision: KeyVersion(index), term: raftTerm)
    }
}
