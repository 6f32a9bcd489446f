import Fabric
import Planning
import Reconciler
import Synchronization
import UFMClient

/// UFM, as the reconciler sees it.
final class UFMFabric: FabricProvider {
    private let current: Mutex<UFMClient>

    init(_ client: UFMClient) {
        current = Mutex(client)
    }

    private var client: UFMClient { current.withLock { $0 } }

    /// Takes another client for the requests from now on.
    func renew(_ client: UFMClient) {
        current.withLock { $0 = client }
    }

    func snapshot() async throws(Failure) -> FabricSnapshot {
        try await told { () async throws(UFMError) in try await client.snapshot() }
    }

    func partition(_ pkey: PKey) async throws(Failure) -> Partition? {
        try await told { () async throws(UFMError) in try await client.partition(pkey.number) }
    }

    func perform(_ step: PlanStep) async throws(Failure) {
        try await told { () async throws(UFMError) in
            switch step {
            case .add(let pkey, let members, let ipOverIB):
                try await client.addMembers(members, to: pkey, ipOverIB: ipOverIB)
            case .remove(let pkey, let guids):
                try await client.removeMembers(guids, from: pkey)
            case .replace(let pkey, let members, let ipOverIB):
                try await client.replaceMembers(of: pkey, with: members, ipOverIB: ipOverIB)
            case .delete(let pkey):
                _ = try await client.deletePartition(pkey)
            }
        }
    }

    private func told<Value>(_ call: () async throws(UFMError) -> Value) async throws(Failure) -> Value {
        do throws(UFMError) {
            return try await call()
        } catch {
            throw Failure(error)
        }
    }
}
