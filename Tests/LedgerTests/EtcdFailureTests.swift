import EtcdGateway
import Ledger
import Reconciler
import Testing
import Transport

@Suite("What etcd's errors tell the engine")
struct EtcdFailureTests {
    @Test("What happened is kept")
    func causes() {
        let causes: [(EtcdError.Kind, Failure.Cause)] = [
            (.usage, .settings), (.refusedCredentials, .credentials), (.credentialsMissing, .credentialsMissing),
            (.staleToken, .rejected), (.authenticationDisabled, .rejected), (.permissionDenied, .permission),
            (.certificateCommonName, .certificateName), (.noLeader, .noLeader), (.unavailable, .unavailable),
            (.compacted(before: 5), .history), (.futureRevision, .history), (.wentBack, .history),
            (.otherCluster, .history), (.leaseNotFound, .rejected),
            (.requestTooLarge, .rejected), (.spaceExceeded, .full), (.tooManyRequests, .busy),
            (.watchCanceled, .rejected), (.watchSilent, .timedOut), (.watchEnded, .connectionLost),
            (.malformedAnswer, .malformed), (.refused, .rejected), (.cancelled, .cancelled),
            (.transport(.invalidRequest("")), .settings), (.transport(.cannotResolve(host: "e")), .unreachable),
            (.transport(.credentialFile(path: "/k", reason: "")), .settings),
            (.transport(.cannotConnect(host: "e", reason: "")), .unreachable),
            (.transport(.tlsFailed(host: "e", reason: "alert", sent: true)), .tls(reason: "alert")),
            (
                .transport(.untrustedCertificate(host: "e", reason: "expired")),
                .untrustedCertificate(reason: "expired")
            ),
            (.transport(.timedOut(host: "e", after: .zero, sent: true)), .timedOut),
            (.transport(.connectionLost(host: "e", reason: "", sent: true)), .connectionLost),
            (.transport(.answerTooLarge(host: "e", part: .body, limit: 1)), .tooLarge),
            (.transport(.cancelled), .cancelled),
        ]
        for (kind, cause) in causes { #expect(Failure(EtcdError(kind, "")).cause == cause, "\(kind)") }
    }

    @Test("Which member it was, and whether a write may have been made, is kept")
    func place() {
        let endpoint = EtcdEndpoint(scheme: .http, host: "etcd1", port: 2379)
        let lost = Failure(EtcdError(.unavailable, "leader changed", endpoint: endpoint))
        #expect(lost.place == .endpoint("http://etcd1:2379"))
        #expect(lost.outcome == .unknown)
        #expect(Failure(EtcdError(.permissionDenied, "")).outcome == .nothing)
    }

    @Test("The line ends with the advice of whoever has some; a stream that ends by itself asks for none")
    func advice() {
        let endpoint = EtcdEndpoint(scheme: .https, host: "etcd1", port: 2379)
        let error = EtcdError(.unavailable, "connection error", endpoint: endpoint)
        let failure = Failure(error) { "\($0.server) \($0.cause) at \($0.endpoint ?? "") with \($0.words)" }
        #expect(failure.message == "\(error); etcd unavailable at https://etcd1:2379 with connection error")
        let end = EtcdError(.watchEnded, "the member ended the stream", endpoint: endpoint)
        #expect(Failure(end) { _ in "do it" }.message == end.description)
    }
}
