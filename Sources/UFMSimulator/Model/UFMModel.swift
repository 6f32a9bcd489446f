/// UFM as a value: takes a request, answers it, and is changed by it.
///
/// It has no clock, no socket and no lock; `UFMSimulator` gives it all three.
package struct UFMModel: Sendable {
    /// The partitions by number, the default one among them.
    package internal(set) var partitions: [UInt16: UFMSimulator.Partition]
    /// When a partition last changed; nil since the start, or since a restart.
    package internal(set) var lastUpdated: UFMSimulator.Moment?

    /// The answers to open questions; they may change while it runs.
    package var switches: UFMSimulator.Switches

    var configuration: UFMSimulator.Configuration
    var version: UFMVersion
    var bugs: Set<UFMSimulator.Bug>
    var topology: Topology
    /// The partitions of `partitions.conf.user_ext`, which no request changes.
    var foreign: [UInt16: UFMSimulator.Partition]
    var tables: PKeyTables
    var readBack = ReadBack()
    var accounts: Accounts
    var jobs: [Job] = []
    var nextJob = 1
    /// How often a partition has changed.
    private(set) var changes = 0

    /// A UFM of that configuration, with the default partition and those to preload.
    package init(configuration: UFMSimulator.Configuration) throws(SimulatorError) {
        self.configuration = configuration
        version = try UFMVersion(configuration.version)
        switches = configuration.switches
        bugs = configuration.bugs
        topology = Topology(configuration)
        foreign = Dictionary(configuration.foreignPartitions.map { ($0.key, $0) }) { _, last in last }
        accounts = Accounts(configuration)
        partitions = [Spelling.defaultPKey: Self.management]
        for partition in configuration.partitions {
            guard Spelling.writablePKeys.contains(partition.key) else {
                throw .badPartition(Spelling.pkey(partition.key), "the PKey must be 0x1 to 0x7ffe")
            }
            partitions[partition.key] = partition
        }
        tables = PKeyTables([partitions, foreign])
    }

    /// Answers a request, and does at that moment what it asks for.
    package mutating func answer(
        _ request: SimulatedRequest, at now: UFMSimulator.Moment
    ) -> SimulatedResponse {
        lagging(at: now) { model in
            model.runJobs(at: now)
            return model.carryOut(request, at: now)
        }
    }

    /// Does what is due by now and needs no request.
    package mutating func advance(to now: UFMSimulator.Moment) {
        lagging(at: now) { $0.runJobs(at: now) }
    }

    /// Changes partitions as somebody at UFM's own user interface would.
    package mutating func edit(
        at now: UFMSimulator.Moment, _ change: (inout [UInt16: UFMSimulator.Partition]) -> Void
    ) {
        lagging(at: now) { model in
            change(&model.partitions)
            model.tables = PKeyTables([model.partitions, model.foreign])
            model.touch(at: now)
        }
    }

    /// How often something has changed that outlives a restart.
    var keepsakes: Int { changes + accounts.tokenChanges }

    /// Notes that a partition has changed.
    mutating func touch(at now: UFMSimulator.Moment) {
        lastUpdated = now
        changes += 1
    }

    /// Does some work whose outcome reads see when the delay is over.
    private mutating func lagging<Value>(at now: UFMSimulator.Moment, _ work: (inout Self) -> Value) -> Value {
        readBack.advance(to: now)
        // A copy that is kept costs the next write one of all partitions: only where reads lag.
        let before = switches.applyDelay > 0 ? partitions : nil
        let count = changes
        let value = work(&self)
        if let before, changes != count {
            readBack.note(from: before, to: partitions, at: now, delay: switches.applyDelay)
        }
        return value
    }

    /// The partitions that found no room in the PKey table of a port.
    package var overflow: [UInt64: [UInt16]] { tables.overflow(size: switches.tableSize) }

    /// Whether the subnet manager has dropped all partitions because it cannot parse its file.
    package var isFileBroken: Bool {
        bugs.contains(.emptyBreaksFile)
            && partitions.values.contains { $0.key != Spelling.defaultPKey && $0.members.isEmpty }
    }

    /// What a restart does: partitions and tokens stay, sessions end, the time of the last change is forgotten, and
    /// pending settings take hold.
    package mutating func restart() {
        lastUpdated = nil
        accounts.endSessions()
        for (key, partition) in partitions {
            guard let pending = partition.pendingQoS else { continue }
            partitions[key]?.qos = pending
            partitions[key]?.pendingQoS = nil
            changes += 1
        }
    }
}

extension UFMModel {
    private static let management = UFMSimulator.Partition(key: Spelling.defaultPKey, name: "management")
}
