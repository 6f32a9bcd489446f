package import Ledger
import Transport
package import UFMClient

extension ErrorWords {
    package static func of(_ error: UFMError) -> String {
        error.description + (advice(error).map { "; \($0)" } ?? "")
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
}
