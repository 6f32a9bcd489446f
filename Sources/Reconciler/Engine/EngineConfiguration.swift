package import KeyHistory
package import Planning

/// What the engine is to know before it starts.
package struct EngineConfiguration: Sendable {
    /// Where desired state comes from, in the order of precedence; the loop and the plan name those that they were given.
    package var sources: [SourceID]
    package var flags: FlagPolicy
    /// Whether members and partitions that are there already get these flags too.
    package var enforcesFlags = false
    /// What may be touched.
    package var limits = Limits()
    /// How many deletions at once are held back.
    package var deleteGuard = DeletionGuard.Threshold()
    /// How often both sides are read again; stretched when the fabric manager is slow.
    package var resyncInterval: Duration
    /// What the log calls the fabric manager.
    package var fabricName: String
    /// How many partitions are worked on at once, beside one each for ports that leave and ports that join: each write makes
    /// the subnet manager sweep.
    package var concurrency: Int
    /// So many additions whose outcome is to be seen are shown by one complete read, where that is cheaper than single ones.
    package var leastListed = 8
    /// Whether the run ends when all is done that can be done.
    package var runsOnce = false
    /// How far a former life had been told by its sources.
    package var floors: [SourceID: StorePoint] = [:]
    /// Why nothing may be written, from the beginning on.
    package var closedBy: Set<WriteGate.Reason> = []

    package init(
        sources: [SourceID] = [], flags: FlagPolicy = FlagPolicy(),
        resyncInterval: Duration = .seconds(30), concurrency: Int = 4, fabricName: String = "UFM"
    ) {
        self.fabricName = fabricName
        self.sources = sources
        self.flags = flags
        self.resyncInterval = resyncInterval
        self.concurrency = concurrency
    }

    var planner: Planner { Planner(enforcesFlags: enforcesFlags) }

    /// What is wanted by sources without keys.
    var nothingDesired: DesiredState { DesiredState(sources, flags: flags, range: limits.range, floors: floors) }
}
