extension UFMSimulator.Configuration {
    /// Puts what a scenario says in place of what there is, and adds what it adds.
    package mutating func apply(_ scenario: UFMSimulator.Scenario) throws(SimulatorError) {
        if let profile = scenario.profile { try apply(profile) }
        version = scenario.version ?? version
        bugs = scenario.bugs ?? bugs
        for (name, value) in scenario.switches { try switches.set(name, to: value) }
        partitions = Self.merged(partitions, scenario.partitions)
        foreignPartitions = Self.merged(foreignPartitions, scenario.foreignPartitions)
        knownPorts.formUnion(scenario.knownPorts)
        downPorts.formUnion(scenario.downPorts)
        hosts.merge(scenario.hosts) { _, new in new }
        virtualPorts.merge(scenario.virtualPorts) { _, new in new }
        users += scenario.users
        tokens += scenario.tokens
        certificateUsers.merge(scenario.certificateUsers) { _, new in new }
        faults += scenario.faults
    }

    private static func merged(
        _ partitions: [UFMSimulator.Partition], _ changes: [UInt16: UFMSimulator.Partition?]
    ) -> [UFMSimulator.Partition] {
        partitions.filter { changes[$0.key] == nil } + changes.values.compactMap { $0 }
    }
}

extension UFMModel {
    /// Becomes what a scenario says; partitions that it names are put in place or removed as if by hand.
    package mutating func apply(
        _ scenario: UFMSimulator.Scenario, at now: UFMSimulator.Moment
    ) throws(SimulatorError) {
        var wanted = configuration
        wanted.switches = switches
        try wanted.apply(scenario)
        version = try UFMVersion(wanted.version)
        switches = wanted.switches
        bugs = wanted.bugs
        topology = Topology(wanted)
        foreign = Dictionary(wanted.foreignPartitions.map { ($0.key, $0) }) { _, last in last }
        accounts.adopt(scenario)
        configuration = wanted
        guard !scenario.partitions.isEmpty || !scenario.foreignPartitions.isEmpty else { return }
        edit(at: now) { partitions in
            for (key, partition) in scenario.partitions { partitions[key] = partition }
        }
    }
}

extension UFMSimulator {
    /// Applies a scenario while the simulator runs: all of it, or nothing where it cannot be.
    package func apply(_ scenario: Scenario) throws(SimulatorError) {
        try state.apply(scenario)
    }
}
