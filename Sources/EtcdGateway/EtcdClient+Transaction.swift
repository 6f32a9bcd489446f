internal import FoundationEssentials
package import Transport

/// A condition of a transaction.
///
/// Targets and relations are cases and not strings: newer gateways take a misspelt word for "equal" and go on.
package enum TransactionCondition: Sendable, Equatable {
    /// The key's last change is exactly this revision; 0 means that there is no such key.
    case modRevision(key: [UInt8], equals: Int64)
    /// The key exists.
    case exists(key: [UInt8])
    /// The key is there with exactly this value.
    case value(key: [UInt8], equals: [UInt8])
}

/// A change that a transaction makes when all its conditions hold.
package enum TransactionChange: Sendable, Equatable {
    case put(key: [UInt8], value: [UInt8])
    /// Another value of a key that is there, which keeps its lease.
    case rewrite(key: [UInt8], value: [UInt8])
    case delete(key: [UInt8])
}

extension EtcdClient {
    private struct Compare: Encodable, Sendable {
        let key: Data
        let target: String
        let result: String
        let mod_revision: WireRevision?
        let version: WireInt64?
        let value: Data?

        init(_ condition: TransactionCondition) {
            switch condition {
            case .modRevision(let key, let revision):
                self.key = Data(key)
                target = "MOD"
                result = "EQUAL"
                (mod_revision, version, value) = (WireRevision(revision), nil, nil)
            case .exists(let key):
                self.key = Data(key)
                target = "VERSION"
                result = "GREATER"
                (mod_revision, version, value) = (nil, WireInt64(0), nil)
            case .value(let key, let expected):
                self.key = Data(key)
                target = "VALUE"
                result = "EQUAL"
                (mod_revision, version, value) = (nil, nil, Data(expected))
            }
        }
    }

    private struct Operation: Encodable, Sendable {
        struct Put: Encodable, Sendable {
            let key: Data
            let value: Data
            var ignore_lease: Bool?
        }

        struct Delete: Encodable, Sendable {
            let key: Data
        }

        var request_put: Put?
        var request_delete_range: Delete?

        init(_ change: TransactionChange) {
            switch change {
            case .put(let key, let value): request_put = Put(key: Data(key), value: Data(value))
            case .rewrite(let key, let value):
                request_put = Put(key: Data(key), value: Data(value), ignore_lease: true)
            case .delete(let key): request_delete_range = Delete(key: Data(key))
            }
        }
    }

    private struct TransactionRequest: Encodable, Sendable {
        let compare: [Compare]
        let success: [Operation]
    }

    private struct TransactionAnswer: Decodable, Sendable {
        let header: WireHeader
        let succeeded: Bool?
    }

    /// Makes all changes at once if all conditions hold, else none.
    ///
    /// - Parameter lease: until when it may be sent; nil for ever.
    /// - Returns: whether the conditions held.
    package func transaction(
        if conditions: [TransactionCondition], then changes: [TransactionChange], operation: String,
        under lease: (any SendLease)? = nil
    ) async throws(EtcdError) -> Bool {
        try await revision(if: conditions, then: changes, operation: operation, under: lease) != nil
    }

    /// Makes all changes at once if all conditions hold, else none.
    ///
    /// - Parameter lease: until when it may be sent; nil for ever.
    /// - Returns: the store's revision with them, which is that of what was put; nil where the conditions did not hold.
    package func revision(
        if conditions: [TransactionCondition], then changes: [TransactionChange], operation: String,
        under lease: (any SendLease)? = nil
    ) async throws(EtcdError) -> Int64? {
        let body = TransactionRequest(compare: conditions.map(Compare.init), success: changes.map(Operation.init))
        let (answer, _): (TransactionAnswer, _) = try await call(
            "/v3/kv/txn", body, effect: .write, operation: operation, lease: lease)
        return answer.succeeded ?? false ? answer.header.header.revision : nil
    }
}
