import Ledger
package import Reconciler
package import UFMClient

/// What UFM's errors mean to the engine: an outage to wait out, a refusal of us, or a refusal of one request.
extension Failure {
    package init(_ error: UFMError) {
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
