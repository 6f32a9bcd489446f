package import Fabric
package import KeyHistory
package import Planning

/// The plan for a whole fabric from one complete read of each side, as the engine would carry it out.
package struct Survey: Sendable {
    package let plan: Plan
    /// What people should hear of the keys.
    package let warnings: [String]

    /// - Parameters:
    ///   - keys: a list of each source; one without is taken for empty.
    package init(
        _ configuration: EngineConfiguration, keys: [SourceID: KeySnapshot], ledger: LedgerContent,
        fabric: FabricSnapshot
    ) {
        var desired = configuration.nothingDesired
        warnings =
            configuration.sources.flatMap { source in
                keys[source].map { desired.take($0, .afresh, from: source).warnings } ?? []
            } + ledger.strange.map { "\($0.name): \($0.problem)" }
        var admission = Admission(configuration.limits, configuration.deleteGuard)
        let records = ledger.records
        let candidates = records.map { pkey, kept in Admission.Candidate(pkey, desired, record: kept.record) }
        _ = admission.judge(candidates, owned: records.values.count { !$0.record.isSeenGone }, isListed: true)
        var intents: [PKey: Intent] = [:]
        for pkey in desired.pkeys.union(records.keys) {
            intents[pkey] = admission.intent(of: pkey, wanted: desired.intent(of: pkey), at: desired.revision(of: pkey))
        }
        for pkey in ledger.strange.compactMap(\.pkey) { intents[pkey] = .held(.record) }
        plan = Plan(
            intents: intents, actual: fabric, owned: Set(records.keys), planner: configuration.planner,
            adoption: configuration.limits.adoption)
    }

    /// Reads each side once, all at a time.
    package init(
        _ configuration: EngineConfiguration, sources: [any KeySource], ledger: any OwnershipStore,
        fabric: any FabricProvider
    ) async throws(Failure) {
        async let keys = Self.result { () async throws(Failure) in try await sources.lists() }
        async let records = Self.result { () async throws(Failure) in try await ledger.records() }
        async let partitions = Self.result { () async throws(Failure) in try await fabric.snapshot() }
        // One that fails cancels the others.
        self.init(
            configuration, keys: try await keys.get(), ledger: try await records.get(),
            fabric: try await partitions.get())
    }

    /// `async let` forgets which errors there are.
    private static func result<Value: Sendable>(
        _ read: @Sendable () async throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        do throws(Failure) {
            return .success(try await read())
        } catch {
            return .failure(error)
        }
    }
}
