import Testing

@testable import EtcdGateway

@Suite("Errors are classified by code and message")
struct WireErrorTests {
    /// A refusal as etcd words it, with what it means to us.
    struct Row: Sendable, CustomTestStringConvertible {
        let code: Int
        let message: String
        let kind: EtcdError.Kind
        var testDescription: String { "\(code) \(message)" }

        init(_ code: Int, _ message: String, _ kind: EtcdError.Kind) {
            (self.code, self.message, self.kind) = (code, message, kind)
        }
    }

    static let rows = [
        Row(3, "unexpected EOF", .refused),
        Row(3, "proto: (line 1:9): invalid value for bytes field key: \"!!!\"", .refused),
        Row(3, "etcdserver: key is not provided", .refused),
        Row(3, "etcdserver: key not found", .refused),
        Row(3, "etcdserver: user name is empty", .credentialsMissing),
        Row(3, "etcdserver: authentication failed, invalid user ID or password", .refusedCredentials),
        Row(9, "etcdserver: authentication is not enabled", .authenticationDisabled),
        Row(16, "etcdserver: invalid auth token", .staleToken),
        Row(3, "etcdserver: revision of auth store is old", .staleToken),
        Row(2, "auth: revision in header is old", .staleToken),
        Row(7, "etcdserver: permission denied", .permissionDenied),
        Row(2, "etcdserver: permission denied", .permissionDenied),
        Row(11, "etcdserver: mvcc: required revision has been compacted", .compacted(before: nil)),
        Row(11, "etcdserver: mvcc: required revision is a future revision", .futureRevision),
        Row(11, "etcdserver: too large lease TTL", .refused),
        Row(5, "etcdserver: requested lease not found", .leaseNotFound),
        Row(9, "etcdserver: lease already exists", .refused),
        Row(3, "etcdserver: request is too large", .requestTooLarge),
        Row(8, "grpc: received message larger than max (2097162 vs. 2097152)", .requestTooLarge),
        Row(3, "etcdserver: too many operations in txn request", .refused),
        Row(3, "etcdserver: duplicate key given in txn request", .refused),
        Row(8, "etcdserver: mvcc: database space exceeded", .spaceExceeded),
        Row(8, "etcdserver: too many requests", .tooManyRequests),
        Row(14, "etcdserver: no leader", .noLeader),
        Row(14, "etcdserver: request timed out", .unavailable),
        Row(14, "etcdserver: request timed out, possibly due to previous leader failure", .unavailable),
        Row(2, "context deadline exceeded", .unavailable),
        Row(4, "context deadline exceeded", .unavailable),
        Row(14, "etcdserver: rpc not supported for learner", .noLeader),
        Row(9, "etcdserver: rpc not supported for learner", .noLeader),
        Row(14, "connection error: desc = \"error reading server preface\"", .unavailable),
        Row(14, "transport is closing", .unavailable),
        Row(13, "server closed the stream without sending trailers", .unavailable),
        Row(1, "grpc: the client connection is closing", .unavailable),
        Row(2, "election: no leader", .refused),
        Row(12, "Method Not Allowed", .refused),
    ]

    @Test("Each of etcd's refusals has its meaning", arguments: rows)
    func meaning(row: Row) {
        let body = "{\"code\":\(row.code),\"message\":\"\(row.message.replacing("\"", with: "\\\""))\"}"
        let error = WireCoding.error(status: 400, body: body.bytes)
        #expect(error.kind == row.kind)
        #expect(error.message == row.message)
    }

    @Test("A write that may have been carried out is never sent to the next member")
    func unknownOutcomes() {
        let unknown = Self.rows.filter { EtcdError($0.kind, $0.message).isOutcomeUnknown }
        #expect(unknown.allSatisfy { $0.kind == .unavailable })
        #expect(unknown.count == Self.rows.count { $0.kind == .unavailable })
        for kind in [EtcdError.Kind.noLeader, .tooManyRequests] {
            #expect(EtcdError(kind, "").isOutage && !EtcdError(kind, "").isOutcomeUnknown)
        }
        for kind in [EtcdError.Kind.malformedAnswer, .cancelled] { #expect(EtcdError(kind, "").isOutcomeUnknown) }
        for kind in [EtcdError.Kind.permissionDenied, .refusedCredentials, .requestTooLarge, .spaceExceeded] {
            #expect(!EtcdError(kind, "").isOutage)
        }
    }
}
