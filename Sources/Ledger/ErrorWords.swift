package import EtcdGateway
import Transport

/// The clients' errors in one line for people: what happened, and what to do where that is known.
package enum ErrorWords {
    package static func of(_ error: EtcdError) -> String {
        error.description + (advice(error).map { "; \($0)" } ?? "")
    }

    private static func advice(_ error: EtcdError) -> String? {
        switch error.kind {
        case .refusedCredentials: "check --etcd-user and the file etcd-password"
        case .credentialsMissing: "give --etcd-user, and the password in the file etcd-password"
        case .permissionDenied: "grant the user's role the access that this needs (etcdctl role grant-permission)"
        case .transport(.untrustedCertificate(_, let reason)):
            certificate(reason, else: "give the CA of etcd with --etcd-ca-cert")
        case .transport(.tlsFailed(_, let reason, _)) where reason.contains("alert"):
            "etcd wants a client certificate of a CA it knows (--etcd-cert-file, --etcd-key-file)"
        case .transport(.tlsFailed): "check that etcd speaks TLS there, and whether it wants --etcd-cert-file"
        case .transport(.connectionLost) where error.endpoint?.scheme == .https:
            "check whether etcd wants a client certificate (--etcd-cert-file)"
        case .transport(.connectionLost): "check --etcd-protocol: a TLS port closes plain connections"
        case .unavailable where error.endpoint?.scheme == .https && error.message.hasPrefix("connection "):
            "if that stays: etcd's gateway calls etcd itself with the server's certificate, which then lacks clientAuth"
        default: nil
        }
    }

    /// A CA helps only where the authority is what is wrong.
    package static func certificate(_ reason: String, else advice: String) -> String {
        if reason.contains("expired") { return "renew the server's certificate" }
        if reason.contains("subject name") { return "use a name that the server's certificate carries" }
        return advice
    }
}
