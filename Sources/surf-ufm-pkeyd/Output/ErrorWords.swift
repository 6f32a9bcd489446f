import EtcdGateway
import Transport
import UFMClient

/// The clients' errors in one line for people: what happened, and what to do where that is known.
enum ErrorWords {
    static func of(_ error: EtcdError) -> String {
        error.description + (advice(error).map { "; \($0)" } ?? "")
    }

    static func of(_ error: UFMError) -> String {
        error.description + (advice(error).map { "; \($0)" } ?? "")
    }

    /// The line for an error of any kind, or nil for one that says it all itself.
    static func of(_ error: any Error) -> String? {
        switch error {
        case let error as EtcdError: of(error)
        case let error as UFMError: of(error)
        default: nil
        }
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

    private static func advice(_ error: UFMError) -> String? {
        switch error.kind {
        case .refusedCredentials:
            "check the UFM user and the file ufm-password, the token, or whose the client certificate is"
        case .transport(.untrustedCertificate(_, let reason)):
            certificate(
                reason,
                else: "give UFM's CA with --ufm-ca-cert or its certificate's fingerprint (`ufm --ping` shows it) with "
                    + "--ufm-fingerprint")
        case .transport(.tlsFailed): "check that UFM speaks TLS there (--http if it does not)"
        default: nil
        }
    }

    /// A CA helps only where the authority is what is wrong.
    private static func certificate(_ reason: String, else advice: String) -> String {
        if reason.contains("expired") { return "renew the server's certificate" }
        if reason.contains("subject name") { return "use a name that the server's certificate carries" }
        return advice
    }
}
