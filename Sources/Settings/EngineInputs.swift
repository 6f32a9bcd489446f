package import Planning
package import Reconciler

/// Which of pcocc's PKeys the options let us manage.
package struct PKeyDirectoryInputs: Sendable {
    /// Nil for what `networks.yaml` says.
    package var range: ManagedRange?

    package init(range: ManagedRange?) {
        self.range = range
    }

    /// The range of the option, else of `networks.yaml`, else everything.
    package func managedRange(_ sources: CredentialSources) -> Resolved<ManagedRange> {
        Resolved { (notes) throws(SettingsError) in try managedRange(sources, &notes) }
    }

    func managedRange(
        _ sources: CredentialSources, _ notes: inout [SettingsNote]
    ) throws(SettingsError) -> ManagedRange {
        if let range { return range }
        guard let networks = try NetworksFileSettings.load(from: sources.directory) else { return .everything }
        notes.warn(networks.warnings)
        guard !networks.ranges.isEmpty else { return .everything }
        let range = ManagedRange(networks.ranges)
        notes.append(.origin("managed range \(range), from \(networks.path)"))
        return range
    }
}

/// What the options say of what is wanted of UFM, and of how far we may go.
package struct EngineInputs: Sendable {
    package var directory: PKeyDirectoryInputs
    package var flags: FlagPolicy
    package var enforcesFlags = false
    package var policy = Policy.sync
    package var deleteGuard = DeletionGuard.Threshold()
    /// Whether everything is taken over that is there and not ours.
    package var adoptsAll = false
    package var resyncInterval = Duration.seconds(30)
    package var concurrency = 4
    package var runsOnce = false

    package init(directory: PKeyDirectoryInputs, flags: FlagPolicy) {
        self.directory = directory
        self.flags = flags
    }

    /// What the engine is to know, as far as the options say it.
    package func resolve(_ sources: CredentialSources) -> Resolved<EngineConfiguration> {
        Resolved { (notes) throws(SettingsError) in try resolve(sources, &notes) }
    }

    func resolve(
        _ sources: CredentialSources, _ notes: inout [SettingsNote]
    ) throws(SettingsError) -> EngineConfiguration {
        var configuration = EngineConfiguration(
            flags: flags, resyncInterval: resyncInterval, concurrency: concurrency)
        configuration.enforcesFlags = enforcesFlags
        configuration.deleteGuard = deleteGuard
        // Only a range that somebody has given says that its PKeys are ours.
        configuration.limits = Limits(
            policy: policy, range: try directory.managedRange(sources, &notes),
            adoption: AdoptionRule(range: directory.range, adoptsAll: adoptsAll))
        configuration.runsOnce = runsOnce
        return configuration
    }
}
