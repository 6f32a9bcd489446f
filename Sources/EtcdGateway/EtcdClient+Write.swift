internal import FoundationEssentials

extension EtcdClient {
    private struct PutRequest: Encodable, Sendable {
        let key: Data
        let value: Data
        let lease: WireInt64?
    }

    private struct DeleteRequest: Encodable, Sendable {
        let key: Data
        let range_end: Data?
    }

    private struct WriteAnswer: Decodable, Sendable {
        let header: WireHeader
        let deleted: WireRevision?
    }

    /// Sets a key.
    ///
    /// - Parameter lease: the lease that removes the key when it ends; 0 for none.
    /// - Returns: the revision of the change.
    @discardableResult
    package func put(_ key: [UInt8], _ value: [UInt8], lease: Int64 = 0) async throws(EtcdError) -> Int64 {
        let body = PutRequest(key: Data(key), value: Data(value), lease: lease == 0 ? nil : WireInt64(lease))
        let (answer, _): (WriteAnswer, _) = try await call(
            "/v3/kv/put", body, effect: .write, operation: "put of \(String(decoding: key, as: UTF8.self))")
        return answer.header.header.revision
    }

    /// Deletes a range.
    ///
    /// - Returns: how many keys there were to delete.
    @discardableResult
    package func delete(_ range: KeyRange) async throws(EtcdError) -> Int64 {
        let body = DeleteRequest(key: Data(range.start), range_end: range.end.isEmpty ? nil : Data(range.end))
        let (answer, _): (WriteAnswer, _) = try await call(
            "/v3/kv/deleterange", body, effect: .write, operation: "delete of \(range)")
        return answer.deleted?.value ?? 0
    }
}
