package import Transport

/// A client of one of etcd's two interfaces, over all members of a cluster.
///
/// Which member is asked, what its failure means for the next one, whose cluster it is: that is the same for v3 and v2, and
/// written once, in the extensions of this protocol.
package protocol MemberClient: Sendable {
    var configuration: EtcdConfiguration { get }
    var transport: any HTTPTransport { get }
    var members: MemberBook { get }
    var election: ClusterElection { get }

    /// Asks a member something cheap that changes nothing; returns if it is etcd and has this interface, and throws
    /// `permissionDenied` where it says that we may not even ask that.
    func question(_ endpoint: EtcdEndpoint, within limit: Duration) async throws(EtcdError)
}

/// Whether repeating a request can do harm.
package enum CallEffect: Sendable {
    case read
    case write
}

extension MemberClient {
    /// Whether a member other than this one has answered within a time.
    package func isAnswered(byOthersThan endpoint: EtcdEndpoint, within time: Duration) -> Bool {
        members.isAnswered(byOthersThan: endpoint, within: time)
    }

    /// Sends a request; its failure is told in our terms.
    package static func send(
        _ request: HTTPRequest, over transport: any HTTPTransport
    ) async throws(EtcdError) -> HTTPResponse {
        do throws(TransportError) {
            return try await transport.send(request)
        } catch {
            throw EtcdError(error)
        }
    }
}

extension EtcdConfiguration {
    /// A request to a member, with the limits that all of them have.
    ///
    /// - Parameters:
    ///   - path: with its query.
    ///   - limit: how long it may take in all; nil for one whose answer may last for ever.
    package func request(
        _ method: HTTPRequest.Method, _ path: String, _ body: [UInt8]?, at endpoint: EtcdEndpoint,
        headers: [HTTPHeader], effect: CallEffect, within limit: Duration?
    ) -> HTTPRequest {
        var request = HTTPRequest(
            method, endpoint.url + path, headers: headers, body: body, tls: tls,
            connectTimeout: min(.seconds(2), limit ?? .seconds(2)), totalTimeout: limit, bodyLimit: Self.answerLimit)
        request.address = endpoint.address
        // A firewall that has forgotten a connection is found out in this time, on a watch too.
        request.lossLimit = .milliseconds(2_500)
        switch effect {
        case .read:
            request.isRepeatable = true
            // etcd answers a page in milliseconds, and has nothing to think about before it sets up a watch.
            request.silenceLimit = .seconds(2)
        case .write:
            request.isRepeatable = false
            request.idleLimit = .seconds(1)
        }
        return request
    }

    /// The most bytes of one answer. A page that is larger is asked for in smaller ones.
    package static let answerLimit = 32 << 20
}
