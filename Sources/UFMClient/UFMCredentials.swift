import FoundationEssentials
import Transport

/// How we show UFM who we are. Prints as its kind alone: the values are secrets.
///
/// UFM's URL prefix selects the method of authentication, so each kind brings its own.
package enum UFMCredentials: Sendable, Equatable {
    /// A user of UFM and the password.
    case basic(user: String, password: String)
    /// An access token, which UFM wants as it is after `Basic`, not base64 of anything.
    case token(String)
    /// The client certificate of the TLS settings and no header at all.
    case clientCertificate

    /// The first part of every path: `/ufmRest` or, for tokens, `/ufmRestV3`.
    package var pathPrefix: String {
        switch self {
        case .basic, .clientCertificate: "/ufmRest"
        case .token: "/ufmRestV3"
        }
    }

    /// `basic`, `token` or `client certificate`.
    package var kind: String {
        switch self {
        case .basic: "basic"
        case .token: "token"
        case .clientCertificate: "client certificate"
        }
    }

    /// The user of UFM, where it is known here.
    var user: String? {
        if case .basic(let user, _) = self { user } else { nil }
    }

    var authorization: HTTPHeader? {
        switch self {
        case .basic(let user, let password):
            HTTPHeader("Authorization", "Basic " + Data("\(user):\(password)".utf8).base64EncodedString())
        case .token(let token): HTTPHeader("Authorization", "Basic " + token)
        case .clientCertificate: nil
        }
    }

    /// What must never be shown, should a server quote our request in its answer.
    package var secrets: [String] {
        let header = authorization.map { [String($0.value.dropFirst("Basic ".count))] } ?? []
        return switch self {
        case .basic(_, let password): header + [password]
        case .token, .clientCertificate: header
        }
    }
}

extension UFMCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind, for logs.
    package var description: String {
        switch self {
        case .basic: "basic …"
        case .token: "token …"
        case .clientCertificate: "client certificate"
        }
    }

    /// The kind, for `dump` and string reflection.
    package var debugDescription: String { description }
    /// Empty, so that nothing that walks through a value finds a secret.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
