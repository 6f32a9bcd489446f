internal import Fabric
internal import Planning
internal import Reconciler

/// What the engine's status says, as metrics. Pure.
///
/// A metric of the engine is a field of `EngineStatus`, a name in ``MetricName``, and its line here.
struct StatusFamilies {
    let status: EngineStatus
    /// When the engine's time began, in Unix time.
    let start: Double
    /// When each source was last proven to have told everything.
    var proofs: [String: Duration] = [:]

    var all: [MetricFamily] {
        [
            MetricFamily(.loopTurn, [MetricLabels(): .number(moment(status.at))]),
            MetricFamily(.conflicts, status.conflicts.count),
            MetricFamily(.deletionsHeld, status.guarded.count),
            MetricFamily(.guardRaised, is: !status.guarded.isEmpty),
            MetricFamily(.unmanagedPartitions, status.totals.inventory?.unmanaged.count ?? 0),
            MetricFamily(.runsUnderWay, status.underWay.busy + status.underWay.resting),
            writingBlocked, relists, watchProven, serverUp, drift, writes,
        ] + queue
    }

    /// A time of the engine's in Unix time.
    private func moment(_ time: Duration) -> Double { UnixTime.milliseconds(start + time / .seconds(1)) }

    private var writingBlocked: MetricFamily {
        var family = MetricFamily(.writingBlocked)
        for reason in WriteGate.Reason.allCases {
            family.set(["reason": reason.rawValue], status.closedBy.contains(reason) ? 1 : 0)
        }
        return family
    }

    private var relists: MetricFamily {
        var family = MetricFamily(.relists)
        for source in status.sources {
            for (reason, count) in source.relists {
                family.set(["source": source.id.name, "reason": reason], Double(count))
            }
        }
        return family
    }

    private var watchProven: MetricFamily {
        var family = MetricFamily(.watchProven)
        for source in status.sources {
            guard let told = source.lastEvent else { continue }
            family.set(["source": source.id.name], moment(max(told, proofs[source.id.name] ?? told)))
        }
        return family
    }

    private var serverUp: MetricFamily {
        var family = MetricFamily(.serverUp)
        for source in status.sources {
            family.set(["server": source.id.name], source.told != nil && source.outage == nil ? 1 : 0)
        }
        for (name, server) in [("ufm", status.fabric), ("ledger", status.ledger)] {
            family.set(["server": name], server.isKnown && server.outage == nil ? 1 : 0)
        }
        return family
    }

    private var queue: [MetricFamily] {
        var (length, age) = (MetricFamily(.queueLength), MetricFamily(.queueAge))
        for urgency in Urgency.allCases {
            let line = status.queue[urgency] ?? QueueLine()
            length.set(["urgency": urgency.rawValue], Double(line.depth))
            let waited = line.eldest.map { max(.zero, status.at - $0) } ?? .zero
            age.set(["urgency": urgency.rawValue], waited / .seconds(1))
        }
        return [length, age]
    }

    private var drift: MetricFamily {
        var family = MetricFamily(.driftRepaired)
        let drift = status.totals.drift
        for (kind, count) in [
            ("partitions", drift.partitions), ("missing", drift.missing), ("unexpected", drift.unexpected),
            ("flags", drift.flags),
        ] {
            family.set(["kind": kind], Double(count))
        }
        return family
    }

    private var writes: MetricFamily {
        var family = MetricFamily(.writes)
        for (write, count) in status.totals.writes {
            family.set(["step": write.step, "outcome": write.outcome.rawValue], Double(count))
        }
        return family
    }
}

/// Seconds since 1970.
enum UnixTime {
    /// No finer than clocks agree.
    static func milliseconds(_ seconds: Double) -> Double { (seconds * 1_000).rounded() / 1_000 }
}
