package import EtcdGateway
package import KeyHistory
internal import Transport

/// What a directory was found to be.
package struct V2Listing: Sendable {
    package enum Content: Sendable {
        /// All that is in it; a directory for the directory itself.
        case node(V2Node)
        /// It is not there. That is not the same as empty: where keys were once, etcd keeps it after the last one.
        case missing
    }

    package let content: Content
    /// At which state of which store.
    package let point: StorePoint
    package let endpoint: EtcdEndpoint
}

/// What a request to set or delete a key depends on.
package struct V2Condition: Hashable, Sendable {
    /// The index of its last change.
    package var index: Int64?
    /// Whether it must be there, or must not.
    package var exists: Bool?

    package init(index: Int64? = nil, exists: Bool? = nil) {
        self.index = index
        self.exists = exists
    }

    fileprivate var fields: [(String, String)] {
        (index.map { [("prevIndex", String($0))] } ?? []) + (exists.map { [("prevExist", String($0))] } ?? [])
    }
}

extension EtcdV2Client {
    /// The most bytes that one list may have: v2 knows no pages.
    static let listLimit = 128 << 20

    /// Reads everything below a name at one index, through the raft log and so as it is now: complete, or an error.
    ///
    /// - Parameter last: a member to ask only when no other answers.
    package func list(_ directory: String, avoiding last: EtcdEndpoint? = nil) async throws(EtcdError) -> V2Listing {
        let operation = "list of \(directory)"
        let found: Found = try await bring(
            { (endpoint, limit) async throws(EtcdError) in
                try await self.find(V2Path.keys(directory) + "?recursive=true&quorum=true", at: endpoint, within: limit)
            }, effect: .read, operation: operation, last: last
        ).0
        guard let index = found.header.index else {
            throw EtcdError(
                .malformedAnswer, "a list without an index", operation: operation, endpoint: found.endpoint)
        }
        return V2Listing(
            content: found.node.map(V2Listing.Content.node) ?? .missing, point: found.header.point(at: index),
            endpoint: found.endpoint)
    }

    /// Reads a key or directory as it is now; nil where there is none.
    package func get(_ key: String) async throws(EtcdError) -> V2Node? {
        try await bring(
            { (endpoint, limit) async throws(EtcdError) in
                try await self.find(V2Path.keys(key) + "?quorum=true", at: endpoint, within: limit)
            }, effect: .read, operation: "get of \(key)"
        ).0.node
    }

    private struct Found: Sendable {
        let node: V2Node?
        let header: V2Header
        let endpoint: EtcdEndpoint
    }

    /// A missing key is an answer with its index, and not a failure of the member.
    private func find(_ path: String, at endpoint: EtcdEndpoint, within limit: Duration) async throws(EtcdError)
        -> Found
    {
        var request = request(.get, path, at: endpoint, .read, within: limit)
        request.bodyLimit = Self.listLimit
        let response = try await Self.send(request, over: transport)
        let header = V2Header(response.head)
        try check(header.cluster, of: endpoint)
        guard response.status != 200 else {
            let event = try V2Wire.decode(WireEvent.self, from: response.body)
            return Found(node: event.node.node, header: header, endpoint: endpoint)
        }
        let error = refusal(response.head, response.body)
        guard error.kind == .missing else { throw error }
        return Found(node: nil, header: header, endpoint: endpoint)
    }

    /// Sets a key, if it is as the condition says.
    ///
    /// - Parameter timeToLive: seconds after which etcd deletes it.
    @discardableResult
    package func set(
        _ key: String, to value: String, if condition: V2Condition = V2Condition(), timeToLive: Int64? = nil
    ) async throws(EtcdError) -> V2Event {
        let fields = [("value", value)] + (timeToLive.map { [("ttl", String($0))] } ?? []) + condition.fields
        return try await change(.put, key, form: V2Path.form(fields), "put of \(key)")
    }

    /// Makes a directory where nothing is.
    package func makeDirectory(_ directory: String) async throws(EtcdError) {
        _ = try await change(
            .put, directory, form: V2Path.form([("dir", "true"), ("prevExist", "false")]), "making of \(directory)")
    }

    /// Deletes a key, if it is as the condition says, or a directory.
    ///
    /// - Parameter isRecursive: of a directory: with all that is in it. One that is not empty stays otherwise.
    @discardableResult
    package func delete(
        _ key: String, if condition: V2Condition = V2Condition(), isDirectory: Bool = false, isRecursive: Bool = false
    ) async throws(EtcdError) -> V2Event {
        let query =
            V2Path.form(
                condition.fields + (isDirectory ? [("dir", "true")] : [])
                    + (isRecursive ? [("recursive", "true")] : []))
        let path = query.isEmpty ? "" : "?" + query
        return try await change(.delete, key, query: path, "deletion of \(key)")
    }

    private func change(
        _ method: HTTPRequest.Method, _ key: String, query: String = "", form: String? = nil, _ operation: String
    ) async throws(EtcdError) -> V2Event {
        do throws(EtcdError) {
            let answer: V2Answer<WireEvent> = try await call(
                method, V2Path.keys(key) + query, form: form, effect: .write,
                operation: operation)
            return V2Event(answer.content)
        } catch let error where error.kind == .refusedCredentials {
            // Who may read it has the right password.
            guard await mayRead(key) else { throw error }
            throw EtcdError(.permissionDenied, error.message, operation: operation, endpoint: error.endpoint)
        }
    }

    private func mayRead(_ key: String) async -> Bool {
        do throws(EtcdError) {
            _ = try await get(key)
            return true
        } catch {
            return false
        }
    }
}
