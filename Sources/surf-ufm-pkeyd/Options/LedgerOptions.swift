import ArgumentParser
import EtcdGateway
import Ledger
import Reconciler

/// Where the ledger is kept, and which one it is: the options of the `monitor`, `plan` and `status` modes.
struct LedgerOptions: ParsableArguments {
    /// Where a ledger is kept.
    enum Place: Hashable, Sendable {
        case etcd
        /// An absolute path.
        case file(String)
    }

    @Option(help: ArgumentHelp("Name of this fabric in the ledger; one for each UFM.", valueName: "name"))
    var fabric = "default"
    @Option(
        help: ArgumentHelp(
            "Where the ledger is kept: in etcd (default), or in a local file where the etcd user may only read.",
            valueName: "etcd|file:path"),
        transform: Place.init(parsing:))
    var ledger = Place.etcd

    func validate() throws {
        guard !fabric.isEmpty, fabric.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else { throw ValidationError("--fabric \(fabric): expected letters, digits, '-', '_' and '.'.") }
    }

    /// The ledger.
    ///
    /// - Parameters:
    ///   - client: where it is kept, or what vouches for the keys to a file.
    ///   - writing: whether it is to be changed; then a directory in which nothing can be written is an error at once.
    func open(_ client: EtcdClient, writing: Bool = true) throws -> any InspectableLedger {
        switch ledger {
        case .etcd:
            return EtcdLedger(client, fabric: fabric)
        case .file(let path):
            let file = LedgerFile(path, fabric: fabric)
            do throws(Failure) {
                try file.check(writing: writing)
            } catch {
                throw CommandFailure("--ledger: \(error.message)")
            }
            return FileLedger(file, keys: EtcdKeyRevisions(client))
        }
    }
}

extension LedgerOptions.Place {
    /// Reads `etcd` or `file:/var/lib/surf-ufm-pkeyd/ledger.json`.
    init(parsing text: String) throws {
        if text == "etcd" {
            self = .etcd
            return
        }
        guard text.hasPrefix("file:") else { throw ValidationError("expected etcd or file:/path, found '\(text)'") }
        let path = String(text.dropFirst("file:".count))
        // The daemon and the tools may run in different directories, and must mean the same file.
        guard path.hasPrefix("/") else {
            throw ValidationError("expected an absolute path behind file:, found '\(path)'")
        }
        guard !path.hasSuffix("/") else { throw ValidationError("expected a file, found the directory '\(path)'") }
        self = .file(path)
    }
}
