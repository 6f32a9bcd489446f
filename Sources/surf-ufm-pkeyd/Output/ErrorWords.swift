import Adapters
import ArgumentParser
import EtcdGateway
import Ledger
import Settings
import UFMClient

/// The clients' errors in one line for people: what happened, and what to do where that is known.
enum ErrorWords {
    static func of(_ error: EtcdError) -> String { error.description(with: Advice.standard) }

    static func of(_ error: UFMError) -> String { error.description(with: Advice.standard) }

    /// The line for an error of any kind, or nil for one that says it all itself.
    static func of(_ error: any Error) -> String? {
        switch error {
        case let error as EtcdError: of(error)
        case let error as UFMError: of(error)
        default: nil
        }
    }

    /// The line for an error of any kind.
    static func sentence(_ error: any Error) -> String { of(error) ?? SurfUFMPKeyD.message(for: error) }
}
