import Adapters
import EtcdGateway
import Ledger
import UFMClient

extension ErrorWords {
    /// The line for an error of any kind, or nil for one that says it all itself.
    static func of(_ error: any Error) -> String? {
        switch error {
        case let error as EtcdError: of(error)
        case let error as UFMError: of(error)
        default: nil
        }
    }
}
