import Fabric
import Glibc
import Reconciler
import Synchronization
import TestSupport

@testable import Ledger

/// An etcd of which only the revisions of its keys are known.
final class ScriptedRevisions: KeyRevisionReader {
    private let state = Mutex(KeyRevisions(store: 100, keys: [:]))
    private let failure = Mutex<Failure?>(nil)

    func set(store: Int64, _ keys: [String: Int64]) {
        state.withLock { $0 = KeyRevisions(store: store, keys: keys) }
    }

    func fail(_ failure: Failure?) {
        self.failure.withLock { $0 = failure }
    }

    func revisions(of keys: [String]) async throws(Failure) -> KeyRevisions {
        if let failure = failure.withLock({ $0 }) { throw failure }
        return state.withLock { state in
            let found = keys.map { ($0, state.keys[$0] ?? 0) }
            return KeyRevisions(store: state.store, keys: Dictionary(found, uniquingKeysWith: { $1 }))
        }
    }
}

/// A ledger file in a directory of one test's own, and the etcd that vouches for its keys.
struct FileLedgerHarness {
    let directory: TemporaryDirectory
    let etcd = ScriptedRevisions()

    init() throws {
        directory = try TemporaryDirectory("ledger")
    }

    var path: String { directory.file("ledger.json") }

    /// A ledger on the file, as another process would open it.
    func open(
        fabric: String = "default", beforeRename: @escaping @Sendable () throws(Failure) -> Void = {}
    ) -> FileLedger {
        FileLedger(LedgerFile(path, fabric: fabric, beforeRename: beforeRename), keys: etcd)
    }

    /// A ledger with the PKeys claimed and synced, each key at the revision 10 plus its place.
    func filled(_ pkeys: [PKey]) async throws -> FileLedger {
        let revisions = pkeys.enumerated().map { (Self.key($1), Int64(10 + $0)) }
        etcd.set(store: 100, Dictionary(revisions, uniquingKeysWith: { $1 }))
        let ledger = open()
        let records = pkeys.enumerated().map {
            ($1, LedgerRecord(.synced, key: Self.key($1), revision: Int64(10 + $0)))
        }
        guard try await ledger.claim(Dictionary(records, uniquingKeysWith: { $1 })) else {
            throw HarnessError.system(call: "claim", reason: "refused")
        }
        return ledger
    }

    static func key(_ pkey: PKey) -> String { "/pkeys/\(pkey)" }

    static func pkey(_ number: UInt16) throws -> PKey { try PKey(parsing: "0x" + String(number, radix: 16)) }
}
