internal import FoundationEssentials
internal import Transport

extension EtcdClient {
    private struct WatchRequest: Encodable, Sendable {
        struct Create: Encodable, Sendable {
            let key: Data
            let range_end: Data?
            let start_revision: WireRevision
            let progress_notify = true
            let fragment = true

            private enum CodingKeys: String, CodingKey {
                case key, range_end, start_revision, progress_notify, fragment
            }
        }

        let create_request: Create
    }

    /// How long a member may take to answer a watch request: etcd answers a malformed one with nothing at all.
    package static let watchCreationLimit = Duration.seconds(5)

    /// Opens a watch at the preferred member, or at the next one that takes it.
    ///
    /// One watch per connection, over HTTP/1.1, one create message in a body of fixed length: all else loses messages.
    ///
    /// - Parameter revision: the first revision to tell; it may be one that is known already (newer versions of etcd are
    ///   mute on an idle store when asked for the one after).
    package func watch(_ range: KeyRange, from revision: Int64) async throws(EtcdError) -> EtcdWatch {
        let body = try WireCoding.encode(
            WatchRequest(
                create_request: .init(
                    key: Data(range.start), range_end: range.end.isEmpty ? nil : Data(range.end),
                    start_revision: WireRevision(revision))))
        return try await firstToTake("watch of \(range)") { (endpoint) async throws(EtcdError) in
            let watch = try await withToken(at: endpoint, renewsOnDenial: true, isRepeatable: true) {
                (authorization) async throws(EtcdError) in
                let request = Self.request("/v3/watch", body, at: endpoint, authorization, configuration, within: nil)
                return EtcdWatch(begun: try await begin(request, range, at: endpoint))
            }
            try check(watch.created?.cluster, of: endpoint)
            return watch
        }
    }

    /// Sends the request and waits for the first word of the answer: a refused token is told there, under status 200.
    private func begin(
        _ request: HTTPRequest, _ range: KeyRange, at endpoint: EtcdEndpoint
    ) async throws(EtcdError) -> EtcdWatch.Iterator {
        let transport = transport
        let beginning = await withTimeLimit(Self.watchCreationLimit) {
            () async -> Result<EtcdWatch.Iterator, EtcdError> in
            do throws(EtcdError) {
                let stream = try await Self.open(request, over: transport)
                var updates = EtcdWatch.Iterator(endpoint: endpoint, stream: stream, range: range)
                try await updates.fill()
                return .success(updates)
            } catch {
                return .failure(error)
            }
        }
        guard let beginning else {
            guard !Task.isCancelled else { throw EtcdError(.cancelled, "cancelled") }
            throw EtcdError(.watchSilent, "no answer to the watch request within \(Self.watchCreationLimit)")
        }
        return try beginning.get()
    }

    private static func open(
        _ request: HTTPRequest, over transport: any HTTPTransport
    ) async throws(EtcdError) -> HTTPStream {
        let stream: HTTPStream
        do throws(TransportError) {
            stream = try await transport.stream(request)
        } catch {
            throw EtcdError(error)
        }
        guard stream.head.status == 200 else { throw try await refusal(stream) }
        return stream
    }

    private static func refusal(_ stream: HTTPStream) async throws(EtcdError) -> EtcdError {
        var body: [UInt8] = []
        do throws(TransportError) {
            while body.count < 64 << 10, let piece = try await stream.next() { body += piece }
        } catch {
            throw EtcdError(error)
        }
        return WireCoding.error(status: stream.head.status, body: body)
    }
}
