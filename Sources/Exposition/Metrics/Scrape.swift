internal import Fabric
internal import Reconciler

/// All metrics of the daemon at one moment. Pure.
package struct Scrape: Sendable {
    /// So many troubled partitions are named.
    package static let mostTroubled = 100

    package var version: String
    /// When the process began, and when the engine's time did, in Unix time.
    package var processStart: Double
    package var loopStart: Double
    package var view: Observatory.View
    package var facts: Observatory.Facts
    package var table: PartitionTable?
    package var readiness: Probe
    package var logLinesDropped: Int
    /// What was measured elsewhere.
    package var measured: [MetricFamily]

    package init(
        version: String, processStart: Double, loopStart: Double, _ view: Observatory.View, _ facts: Observatory.Facts,
        _ table: PartitionTable?, readiness: Probe, logLinesDropped: Int, measured: [MetricFamily]
    ) {
        self.version = version
        self.processStart = processStart
        self.loopStart = loopStart
        self.view = view
        self.facts = facts
        self.table = table
        self.readiness = readiness
        self.logLinesDropped = logLinesDropped
        self.measured = measured
    }

    package var families: [MetricFamily] {
        process + (view.status.map { StatusFamilies(status: $0, start: loopStart, proofs: view.proofs).all } ?? [])
            + times + (table.map(partitions) ?? []) + measured
    }

    private var process: [MetricFamily] {
        var certificates = MetricFamily(.certificateEnd)
        for (owner, end) in facts.certificates { certificates.set(["of": owner], Double(end)) }
        var store = MetricFamily(.storeInfo)
        if let name = facts.store { store.set(["store": name], 1) }
        var build = MetricFamily(.buildInfo)
        build.set(["version": version], 1)
        return [
            build, certificates, store,
            MetricFamily(.startTime, [MetricLabels(): .number(UnixTime.milliseconds(processStart))]),
            MetricFamily(.ready, is: readiness.isWell), MetricFamily(.logLinesDropped, logLinesDropped),
            MetricFamily(.otherStoreHasKeys, is: facts.otherStoreHasKeys),
        ]
    }

    private var times: [MetricFamily] {
        var (events, reads) = (MetricFamily(.events), MetricFamily(.completeRead))
        events.set(["event": "set"], Double(view.times.events.set))
        events.set(["event": "deleted"], Double(view.times.events.deleted))
        events.set(["event": "listed"], Double(view.times.events.listed))
        for (server, time) in view.reads {
            reads.set(["server": server], UnixTime.milliseconds(loopStart + time / .seconds(1)))
        }
        return [
            MetricFamily(.eventToSynced, [MetricLabels(): .histogram(view.times.sinceEvent)]),
            MetricFamily(.keyToSynced, [MetricLabels(): .histogram(view.times.sinceKey)]), events, reads,
        ]
    }

    private func partitions(_ table: PartitionTable) -> [MetricFamily] {
        var (states, troubled) = (MetricFamily(.partitions), MetricFamily(.troubledPartition))
        for (state, count) in table.counts { states.set(["state": state], Double(count)) }
        for row in table.rows.lazy.filter(\.isTroubled).prefix(Self.mostTroubled) {
            troubled.set(["pkey": row.pkey.description, "state": row.state], 1)
        }
        return [
            states, troubled, MetricFamily(.portsInTwoPartitions, table.portsInSeveral),
            MetricFamily(.portsWaiting, table.portsAwaited),
        ]
    }
}
