extension EtcdClient {
    /// How far the store is, as no member tells it that lags behind: by a transaction, which goes the way of all writes.
    ///
    /// Linearizable reads can be stale (etcd before 3.4.42, 3.5.28 and 3.6.9), and a transaction that only reads or compares
    /// takes the same way. What is read at this revision, or later, lacks nothing that was written before the question.
    ///
    /// - Parameter absentee: a key that is never made: its deletion raises no revision, and is taken by a store that is full.
    package func presentRevision(deleting absentee: [UInt8]) async throws(EtcdError) -> Int64 {
        guard let revision = try await revision(if: [], then: [.delete(key: absentee)], operation: "present revision")
        else {
            throw EtcdError(
                .malformedAnswer, "a transaction without conditions was not made", operation: "present revision")
        }
        return revision
    }
}
