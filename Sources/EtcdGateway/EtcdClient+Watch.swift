internal import FoundationEssentials
internal import Transport

extension EtcdClient {
    private struct WatchRequest: Encodable, Sendable {
        struct Create: Encodable, Sendable {
            let key: Data
            let range_end: Data?
            let start_revision: WireInt64
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
                    start_revision: WireInt64(revision))))
        let endpoint = preferredEndpoint
        do throws(EtcdError) {
            return try await withToken(at: endpoint) { (authorization) async throws(EtcdError) in
                var request = Self.request(
                    "/v3/watch", body, at: endpoint, authorization, self.configuration, within: nil)
                request.version = .http11
                return EtcdWatch(endpoint: endpoint, stream: try await self.open(request), range: range)
            }
        } catch {
            throw error.during("watch of \(range)", at: endpoint)
        }
    }

    private func open(_ request: HTTPRequest) async throws(EtcdError) -> HTTPStream {
        let transport = transport
        let opening = await withTimeLimit(Self.watchCreationLimit) { () async -> Result<HTTPStream, TransportError> in
            do throws(TransportError) {
                return .success(try await transport.stream(request))
            } catch {
                return .failure(error)
            }
        }
        switch opening {
        case nil:
            guard !Task.isCancelled else { throw EtcdError(.cancelled, "cancelled") }
            throw EtcdError(.watchSilent, "no answer to the watch request within \(Self.watchCreationLimit)")
        case .failure(.cancelled): throw EtcdError(.cancelled, "cancelled")
        case .failure(let error): throw EtcdError(.transport(error), error.description)
        case .success(let stream):
            guard stream.head.status == 200 else { throw try await Self.refusal(stream) }
            return stream
        }
    }

    private static func refusal(_ stream: HTTPStream) async throws(EtcdError) -> EtcdError {
        var body: [UInt8] = []
        do throws(TransportError) {
            while body.count < 64 << 10, let piece = try await stream.next() { body += piece }
        } catch {
            throw EtcdError(.transport(error), error.description)
        }
        return WireCoding.error(status: stream.head.status, body: body)
    }
}
