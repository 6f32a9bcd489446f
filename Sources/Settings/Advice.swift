package import Reconciler

/// What to do about what went wrong: the one table of it, which knows what the options and files are called.
package enum Advice {
    package static let standard: Failure.Advice = { trouble in
        switch trouble.server {
        case .etcd: onEtcd(trouble)
        case .ufm: onUFM(trouble)
        }
    }

    private static func onEtcd(_ trouble: Failure.Trouble) -> String? {
        let hasTLS = trouble.endpoint?.hasPrefix("https:") == true
        return switch trouble.cause {
        case .credentials: "check --etcd-user and the file etcd-password"
        case .credentialsMissing: "give --etcd-user, and the password in the file etcd-password"
        case .permission: "grant the user's role the access that this needs (etcdctl role grant-permission)"
        case .untrustedCertificate(let reason):
            onCertificate(reason, else: "give the CA of etcd with --etcd-ca-cert")
        case .tls where trouble.endpoint?.hasPrefix("http:") == true: "give --etcd-protocol https"
        case .tls(let reason) where reason.contains("alert"):
            "etcd wants a client certificate of a CA it knows (--etcd-cert-file, --etcd-key-file)"
        case .tls: "check that etcd speaks TLS there, and whether it wants --etcd-cert-file"
        case .connectionLost where trouble.words.contains("HTTP/0.9"):
            "if that is etcd's port for gRPC alone, give the one of its --listen-client-http-urls"
        case .connectionLost where hasTLS && trouble.words.contains("Empty reply"):
            "check whether etcd wants a client certificate (--etcd-cert-file), or whether that is its port for gRPC alone "
                + "(then give the one of its --listen-client-http-urls)"
        case .connectionLost where hasTLS:
            "check whether etcd wants a client certificate (--etcd-cert-file)"
        case .connectionLost: "check --etcd-protocol: a TLS port closes plain connections"
        case .unavailable where hasTLS && trouble.words.hasPrefix("connection "):
            "if that stays: etcd's gateway calls etcd itself with the server's certificate, which then lacks clientAuth"
        default: nil
        }
    }

    private static func onUFM(_ trouble: Failure.Trouble) -> String? {
        let isPlain = trouble.endpoint?.hasPrefix("http:") == true
        return switch trouble.cause {
        case .credentials where trouble.status == 403:
            "the user\(trouble.user.map { " \($0)" } ?? "") may lack the role for it, or another web server than UFM's answers there"
        case .credentials:
            "check the UFM user and the file ufm-password, the token, or whose the client certificate is"
        case .untrustedCertificate(let reason) where reason.contains("not the pinned one"):
            "UFM makes itself a new certificate when it is upgraded: if the fingerprint is what the UFM server itself says "
                + "(openssl x509 -noout -fingerprint -sha256), accept it with --ufm-fingerprint "
                + (reason.split(separator: " ").first { $0.hasPrefix("sha256:") }?.trimmingSuffix(",") ?? "sha256:…")
        case .untrustedCertificate(let reason):
            onCertificate(
                reason,
                else: "give UFM's CA with --ufm-ca-cert or its certificate's fingerprint (`ufm --ping` shows it) with "
                    + "--ufm-fingerprint")
        case .tls where isPlain: "leave out --http"
        case .connectionLost where isPlain: "if that stays: a TLS port closes plain connections (leave out --http)"
        case .unavailable where trouble.status.map { $0 < 300 } ?? false:
            "check that this is UFM's address: another web server may answer there, or UFM's without a UFM behind it"
        case .tls: "check that UFM speaks TLS there (--http if it does not)"
        default: nil
        }
    }

    /// A CA helps only where the authority is what is wrong.
    private static func onCertificate(_ reason: String, else advice: String) -> String {
        if reason.contains("expired") { return "renew the server's certificate" }
        if reason.contains("subject name") { return "use a name that the server's certificate carries" }
        return advice
    }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: String) -> Substring { hasSuffix(suffix) ? dropLast(suffix.count) : self }
}
