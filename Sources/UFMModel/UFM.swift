/// UFM as a value: takes a request, answers it, and is changed by it.
///
/// It has no clock, no socket and no lock; `UFMSimulator` gives it all three.
package struct UFM: Sendable {
    /// The partitions by number, the default one among them.
    package internal(set) var partitions: [UInt16: Partition]
    /// When a partition last changed; nil since the start, or since a restart.
    package internal(set) var lastUpdated: Moment?

    /// The answers to open questions; they may change while it runs.
    package var switches: Switches

    var configuration: UFM.Configuration
    var version: Release
    var bugs: Set<Bug>
    var topology: Topology
    /// The partitions of `partitions.conf.user_ext`, which no request changes.
    var foreign: [UInt16: Partition]
    /// Which partitions the subnet manager has put where.
    package internal(set) var tables: PKeyTables
    var readLag = ReadLag()
    var accounts: Accounts
    var jobs: [Job] = []
    var nextJob = 1
    /// How often a partition has changed.
    private(set) var changes = 0

    /// A UFM of that configuration, with the default partition and those to preload.
    package init(configuration: UFM.Configuration) throws(UFMModelError) {
        self.configuration = configuration
        version = try Release(configuration.version)
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
    package mutating func answer(_ request: SimulatedRequest, at now: Moment) -> SimulatedResponse {
        lagging(at: now) { model in
            model.runJobs(at: now)
            return model.carryOut(request, at: now)
        }
    }

    /// Does what is due by now and needs no request.
    package mutating func advance(to now: Moment) {
        lagging(at: now) { $0.runJobs(at: now) }
    }

    /// Changes partitions as somebody at UFM's own user interface would.
    package mutating func edit(at now: Moment, _ change: (inout [UInt16: Partition]) -> Void) {
        lagging(at: now) { model in
            change(&model.partitions)
            model.tables = PKeyTables([model.partitions, model.foreign])
            model.touch(at: now)
        }
    }

    /// Notes that a partition has changed.
    mutating func touch(at now: Moment) {
        lastUpdated = now
        changes += 1
    }

    /// Does some work whose outcome reads see when the delay is over.
    private mutating func lagging<Value>(at now: Moment, _ work: (inout Self) -> Value) -> Value {
        readLag.advance(to: now)
        // A copy that is kept costs the next write one of all partitions: only where reads lag.
        let before = switches.applyDelay > 0 ? partitions : nil
        let count = changes
        let value = work(&self)
        if let before, changes != count {
            readLag.note(from: before, to: partitions, at: now, delay: switches.applyDelay)
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

extension UFM {
    /// How often something has changed that outlives a restart of the whole machine: partitions and tokens.
    package var keepsakes: Int { changes + accounts.tokenChanges }

    /// The access tokens, revoked ones among them.
    package var tokens: [AccessToken] { accounts.tokens }

    /// Takes back what was kept; the time of the last change is not.
    package mutating func restore(_ kept: [UInt16: Partition], _ tokens: [AccessToken]) {
        partitions = partitions.filter { $0.key == Spelling.defaultPKey }.merging(kept) { _, kept in kept }
        tables = PKeyTables([partitions, foreign])
        accounts.restore(tokens)
    }
}

extension UFM {
    private static let management = Partition(key: Spelling.defaultPKey, name: "management")
}
