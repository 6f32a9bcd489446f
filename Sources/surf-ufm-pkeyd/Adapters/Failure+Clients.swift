import EtcdGateway
import Reconciler
import Transport
import UFMClient

/// What the clients' errors mean to the engine: an outage to wait out, a refusal of us, or a refusal of one request.
extension Failure {
    init(_ error: EtcdError) {
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

    init(_ error: UFMError) {
        let words = ErrorWords.of(error)
        if error.isRefusedCredentials || error.isMisconfiguration {
            self.init(.refused, words)
        } else if error.isOutage || error.isCancellation {
            var wish: Duration?
            if case .unavailable(let retryAfter) = error.kind { wish = retryAfter }
            self.init(.outage, words, retryAfter: wish)
        } else {
            self.init(.rejected, words)
        }
    }
}
