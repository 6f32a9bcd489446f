package import Fabric
import Ledger
package import Reconciler
internal import Surroundings
package import UFMClient

/// What UFM's errors say of what happened.
extension Failure {
    /// - Parameter pkey: the partition that was asked for, where it was one.
    package init(_ error: UFMError, of pkey: PKey? = nil, _ advice: Advice = { _ in nil }) {
        var place = pkey.map(Place.partition) ?? .server
        if case .transport = error.kind { place = .endpoint(error.server) }
        self.init(
            Cause(error), error.description(with: advice), at: place,
            outcome: error.outcome == .unknown ? .unknown : .nothing,
            retryAfter: error.retryAfter, refusedGUIDs: error.refusedGUIDs)
    }
}

extension UFMError {
    /// One line for people, without secrets: what happened, and what to do where that is known.
    package func description(with advice: Failure.Advice) -> String {
        let trouble = Failure.Trouble(
            .ufm, Failure.Cause(self), at: server, words: serverWords ?? "", status: status, user: user)
        return OutgoingWords.line(description + (advice(trouble).map { "; \($0)" } ?? ""))
    }
}

extension Failure.Cause {
    init(_ error: UFMError) {
        self =
            switch error.kind {
            case .refusedCredentials: .credentials
            case .unavailable: error.status == 429 ? .busy : .unavailable
            case .transport(let error): Self(error)
            case .rejected: .rejected
            case .serverFailure: .serverError
            case .malformedAnswer, .contradiction: .malformed
            case .incompleteAnswer: .incomplete
            case .invalidCall: .settings
            }
    }
}
