internal import Administration
package import Fabric
import Ledger
package import Reconciler
import Synchronization
package import UFMClient

/// UFM, as the reconciler sees it.
package final class UFMFabric: FabricProvider {
    private let current: Mutex<UFMClient>
    private let advice: Failure.Advice
    private let memory = Mutex(SnapshotMemory<ContinuousClock.Instant>())
    /// Whether UFM says when it was last changed.
    private let hasMark = Mutex(true)
    private let restarts = Mutex(RestartSign())
    private let probing = Mutex(Probing())

    package init(_ client: UFMClient, advice: @escaping Failure.Advice = { _ in nil }) {
        current = Mutex(client)
        self.advice = advice
    }

    var client: UFMClient { current.withLock { $0 } }

    /// Takes another client for the requests from now on.
    package func renew(_ client: UFMClient) {
        current.withLock { $0 = client }
        hasMark.withLock { $0 = true }
    }

    package func snapshot() async throws(Failure) -> FabricSnapshot {
        try await ufm { () async throws(UFMError) in
            guard let mark = try await mark() else {
                var snapshot = try await client.snapshot()
                snapshot.isAfterRestart = restarts.withLock { $0.take() }
                return snapshot
            }
            let began = ContinuousClock.now
            let (known, writes) = memory.withLock { ($0.recall(mark, now: began), $0.writes) }
            if let known { return known }
            var snapshot = try await client.snapshot()
            memory.withLock { $0.keep(snapshot, mark, began: began, writes: writes) }
            snapshot.isAfterRestart = restarts.withLock { $0.take() }
            return snapshot
        }
    }

    /// Asks for the version; where that route has trouble of its own, for the time of the last change, and then for the
    /// partition that every fabric has.
    package func ping() async throws(Failure) {
        let patience = probing.withLock(\.patience)
        var hurried = self.client
        hurried.configuration.connectTimeout = min(hurried.configuration.connectTimeout, patience)
        hurried.configuration.readTimeout = min(hurried.configuration.readTimeout, patience)
        let client = hurried
        var isWell = false
        defer { probing.withLock { $0.ended(well: isWell) } }
        try await ufm { () async throws(UFMError) in
            do throws(UFMError) {
                _ = try await client.version()
            } catch let error where error.isAnswered {
                do throws(UFMError) {
                    _ = try await client.lastUpdated()
                } catch let other where other.isAnswered {
                    guard try await client.partition(.defaultPartition) != nil else { throw error }
                }
            }
        }
        isWell = true
    }

    /// UFM's mark of the last change; nil after a restart, and where this UFM has none.
    ///
    /// It only spares a list: whatever is answered in its place, the list says how it stands with UFM.
    private func mark() async throws(UFMError) -> String? {
        guard hasMark.withLock({ $0 }) else { return nil }
        do throws(UFMError) {
            let mark = try await client.lastUpdated()
            restarts.withLock { $0.shown(mark) }
            return mark
        } catch {
            guard error.isAnswered, !error.isRefusedCredentials else { throw error }
            if !error.isOutage { hasMark.withLock { $0 = false } }
            return nil
        }
    }

    package func partition(_ pkey: PKey) async throws(Failure) -> Partition? {
        try await ufm(about: pkey) { () async throws(UFMError) in try await client.partition(pkey.number) }
    }

    package func perform(_ step: PlanStep, _ permit: WritePermit) async throws(Failure) -> StepAnswer {
        memory.withLock { $0.written() }
        defer { memory.withLock { $0.written() } }
        var leased = client
        leased.lease = permit.sendLease
        let client = leased
        let outcome = try await ufm(about: step.pkey) { () async throws(UFMError) in try await client.perform(step) }
        guard let (setback, error) = outcome.setback else { return .done }
        var keepsEmpty = false
        if case .create = step { keepsEmpty = (try? await client.keepsEmptyPartitions()) ?? false }
        return .refused(StepRefusal(setback, Failure(error, of: step.pkey, advice), keepsEmpty: keepsEmpty))
    }

    /// Asks UFM, and says in the engine's terms what went wrong.
    private func ufm<Value>(
        about pkey: PKey? = nil, _ call: () async throws(UFMError) -> Value
    ) async throws(Failure) -> Value {
        do throws(UFMError) {
            return try await call()
        } catch {
            throw Failure(error, of: pkey, advice)
        }
    }
}

extension UFMError {
    /// Whether somebody has answered, if only that he will not.
    fileprivate var isAnswered: Bool { status != nil }
}
