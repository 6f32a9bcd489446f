import Testing

@testable import Transport

/// Gives the body a client that is shut down afterwards.
func withClient<Value>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
    let client = try HTTPClient()
    defer { client.shutdown() }
    return try await body(client)
}

/// The error of an operation that must fail; nil, and an issue, when it does not.
func failure<Value: Sendable>(
    _ sourceLocation: SourceLocation = #_sourceLocation, of operation: () async throws(TransportError) -> Value
) async -> TransportError? {
    do throws(TransportError) {
        let value = try await operation()
        Issue.record("no error but \(value)", sourceLocation: sourceLocation)
        return nil
    } catch {
        return error
    }
}

/// Everything that is left of a body.
func rest(of stream: HTTPStream) async throws(TransportError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try await stream.next() { bytes += piece }
    return bytes
}

extension TransportError {
    /// The case alone, for tests that care for nothing else.
    var kind: String {
        switch self {
        case .invalidRequest: "invalidRequest"
        case .credentialFile: "credentialFile"
        case .cannotResolve: "cannotResolve"
        case .cannotConnect: "cannotConnect"
        case .tlsFailed: "tlsFailed"
        case .untrustedCertificate: "untrustedCertificate"
        case .timedOut(_, _, let sent): sent ? "timedOut, sent" : "timedOut, not sent"
        case .connectionLost(_, _, let sent): sent ? "connectionLost, sent" : "connectionLost, not sent"
        case .answerTooLarge: "answerTooLarge"
        case .leaseEnded(_, let sent): sent ? "leaseEnded, sent" : "leaseEnded, not sent"
        case .cancelled: "cancelled"
        }
    }
}

extension HTTPClient {
    /// The status of an answer, for tests that care for nothing else of it.
    func status(_ request: HTTPRequest) async throws -> Int { try await send(request).status }

    /// The body of an answer, for tests that care for nothing else of it.
    func text(_ request: HTTPRequest) async throws -> String { try await send(request).text }
}

extension HTTPRequest {
    /// The same, on a kept connection however busy the machine is: by itself one is not used again after three idle seconds.
    var keepingItsConnection: HTTPRequest {
        var request = self
        request.idleLimit = .seconds(600)
        return request
    }
}
