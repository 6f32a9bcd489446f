import Reconciler
import Testing

@testable import Settings

@Suite("Advice")
struct AdviceTests {
    private static let https = "https://a:2379"
    private static let wanted = "etcd wants a client certificate of a CA it knows (--etcd-cert-file, --etcd-key-file)"

    static let table: [(Failure.Trouble, String?)] = [
        (.init(.etcd, .credentials), "check --etcd-user and the file etcd-password"),
        (.init(.etcd, .credentialsMissing), "give --etcd-user, and the password in the file etcd-password"),
        (
            .init(.etcd, .permission),
            "grant the user's role the access that this needs (etcdctl role grant-permission)"
        ),
        (.init(.etcd, .certificateName), nil),
        (.init(.etcd, .untrustedCertificate(reason: "self-signed")), "give the CA of etcd with --etcd-ca-cert"),
        (.init(.etcd, .untrustedCertificate(reason: "it has expired")), "renew the server's certificate"),
        (
            .init(.etcd, .untrustedCertificate(reason: "no subject name fits")),
            "use a name that the server's certificate carries"
        ),
        (.init(.etcd, .tls(reason: "alert bad certificate")), wanted),
        (
            .init(.etcd, .tls(reason: "version")),
            "check that etcd speaks TLS there, and whether it wants --etcd-cert-file"
        ),
        (.init(.etcd, .connectionLost), "check --etcd-protocol: a TLS port closes plain connections"),
        (
            .init(.etcd, .connectionLost, words: "a:2379: connection lost: Received HTTP/0.9 when not allowed"),
            "if that is etcd's port for gRPC alone, give the one of its --listen-client-http-urls"
        ),
        (
            .init(.etcd, .connectionLost, at: https, words: "a:2379: connection lost: Empty reply from server"),
            "check whether etcd wants a client certificate (--etcd-cert-file), or whether that is its port for gRPC alone "
                + "(then give the one of its --listen-client-http-urls)"
        ),
        (
            .init(.etcd, .connectionLost, at: https),
            "check whether etcd wants a client certificate (--etcd-cert-file)"
        ),
        (
            .init(.etcd, .unavailable, at: https, words: "connection error: desc"),
            "if that stays: etcd's gateway calls etcd itself with the server's certificate, which then lacks clientAuth"
        ),
        (.init(.etcd, .unavailable, words: "connection error: desc"), nil),
        (.init(.etcd, .unavailable, at: https, words: "overloaded"), nil),
        (
            .init(.ufm, .credentials),
            "check the UFM user and the file ufm-password, the token, or whose the client certificate is"
        ),
        (
            .init(.ufm, .untrustedCertificate(reason: "self-signed")),
            "give UFM's CA with --ufm-ca-cert or its certificate's fingerprint (`ufm --ping` shows it) with "
                + "--ufm-fingerprint"
        ),
        (.init(.ufm, .untrustedCertificate(reason: "expired")), "renew the server's certificate"),
        (.init(.etcd, .tls(reason: "asked"), at: "http://etcd1:2379"), "give --etcd-protocol https"),
        (.init(.ufm, .tls(reason: "asked"), at: "http://ufm1"), "leave out --http"),
        (
            .init(.ufm, .credentials, at: "https://ufm1", status: 403),
            "the user may lack the role for it, or another web server than UFM's answers there"
        ),
        (.init(.ufm, .tls(reason: "alert")), "check that UFM speaks TLS there (--http if it does not)"),
        (.init(.ufm, .connectionLost, at: https), nil), (.init(.ufm, .timedOut), nil),
    ]

    @Test("What can be mended comes with what mends it, and nothing else does", arguments: table)
    func advice(on trouble: Failure.Trouble, expected: String?) {
        #expect(Advice.standard(trouble) == expected)
    }
}
