package import EtcdGateway
package import Reconciler
import Transport

/// What etcd's errors mean to the engine: an outage to wait out, a refusal of us, or a refusal of one request.
extension Failure {
    package init(_ error: EtcdError) {
        let words = ErrorWords.of(error)
        switch error.kind {
        case .refusedCredentials, .credentialsMissing, .permissionDenied, .certificateCommonName, .usage:
            self.init(.refused, words)
        case .transport(.credentialFile), .transport(.invalidRequest), .transport(.untrustedCertificate):
            self.init(.refused, words)
        case _ where error.isOutage || error.kind == .cancelled: self.init(.outage, words)
        default: self.init(.rejected, words)
        }
    }
}
