/// Why a server cannot serve.
package enum ServingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An address that could not be listened on: `host:port` and the reason.
    case cannotListen(address: String, reason: String)

    /// One line for people.
    package var description: String {
        switch self {
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        }
    }
}
