import Fabric
import Glibc
import KeyHistory
import Reconciler
import Synchronization
import TestSupport

@testable import Ledger

/// A source of which only the versions of its keys are known.
final class ScriptedSource: KeySource {
    let id = SourceID("etcd", prefix: "/pkeys/")
    private let state = Mutex(Voucher(at: StorePoint(revision: 100), [:]))
    private let failure = Mutex<Failure?>(nil)

    func set(store: KeyVersion, _ keys: [KeyName: KeyVersion]) {
        let states = keys.filter { $0.value != .absent }.mapValues { KeyState($0, []) }
        state.withLock { $0 = Voucher(at: StorePoint(revision: store), states) }
    }

    func fail(_ failure: Failure?) {
        self.failure.withLock { $0 = failure }
    }

    func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot {
        if let failure = failure.withLock({ $0 }) { throw failure }
        return state.withLock { state in
            let entries = state.states.map { KeyEntry(key: $0.key, value: [], revision: $0.value.version) }
            return KeySnapshot(complete: entries, at: state.point)
        }
    }

    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        tell(.listed(try await list(), reason: "start"))
    }

    func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher {
        if let failure = failure.withLock({ $0 }) { throw failure }
        return state.withLock { state in
            let found = keys.map { ($0, state.states[$0] ?? .absent) }
            return Voucher(at: state.point, Dictionary(found, uniquingKeysWith: { $1 }))
        }
    }
}

/// A ledger file in a directory of one test's own, and the etcd that vouches for its keys.
struct FileLedgerHarness {
    let directory: TemporaryDirectory
    let etcd = ScriptedSource()

    init() throws {
        directory = try TemporaryDirectory("ledger")
    }

    var path: String { directory.file("ledger.json") }

    /// A ledger on the file, as another process would open it.
    func open(
        fabric: String = "default", beforeRename: @escaping @Sendable () throws(Failure) -> Void = {}
    ) -> FileLedger {
        FileLedger(FileRecords(LedgerFile(path, fabric: fabric, beforeRename: beforeRename)), sources: [etcd])
    }

    /// A ledger with the PKeys claimed and synced, each key at the revision 10 plus its place.
    func filled(_ pkeys: [PKey]) async throws -> FileLedger {
        let revisions = pkeys.enumerated().map { (Self.key($1), KeyVersion(Int64(10 + $0))) }
        etcd.set(store: 100, Dictionary(revisions, uniquingKeysWith: { $1 }))
        let ledger = open()
        let records = pkeys.enumerated().map {
            ($1, LedgerRecord(.synced, key: Self.key($1), revision: KeyVersion(Int64(10 + $0))))
        }
        guard try await ledger.claim(Dictionary(records, uniquingKeysWith: { $1 })) else {
            throw HarnessError.system(call: "claim", reason: "refused")
        }
        return ledger
    }

    static func key(_ pkey: PKey) -> KeyName { "/pkeys/\(pkey)" }

    static func pkey(_ number: UInt16) throws -> PKey { try PKey(parsing: "0x" + String(number, radix: 16)) }
}
