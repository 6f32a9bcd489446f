package import Reconciler

/// Whether the daemon works, and whether it does what it is for. Pure.
package enum Probe: Equatable, Sendable {
    case well(String)
    case ill(String)

    /// A loop that has not turned for so long hangs.
    static let patience = Duration.seconds(15)

    package var isWell: Bool { if case .well = self { true } else { false } }

    /// In one line.
    package var words: String {
        switch self {
        case .well(let words), .ill(let words): words
        }
    }

    /// Whether the loop that does the work turns.
    ///
    /// - Parameter idle: how long ago it last turned; nil before its first turn, when the daemon looks for what it works with.
    package static func ofLoop(idle: Duration?) -> Probe {
        guard let idle else { return .well("ok: starting") }
        guard idle <= patience else {
            return .ill("the loop that does the work has not turned for \(idle.components.seconds) s")
        }
        return .well("ok")
    }

    /// Whether UFM is made to agree with etcd: the watch is proven, UFM and the ledger answer, and all has been gone through.
    package static func readiness(_ status: EngineStatus?, idle: Duration?) -> Probe {
        guard let status else { return .ill("not ready: nothing has been read yet") }
        let loop = ofLoop(idle: idle)
        guard loop.isWell else { return loop }
        if let reason = reason(status) { return .ill("not ready: \(reason)") }
        if status.closedBy.contains(.notLeading) { return .well("ready: standby, another daemon writes") }
        return .well(status.closedBy.contains(.dryRun) ? "ready: dry run, nothing is written" : "ready")
    }

    /// What is missing; nil where nothing is.
    private static func reason(_ status: EngineStatus) -> String? {
        for source in status.sources {
            if let outage = source.outage { return "\(source.id.name) cannot be read: \(outage.last.message)" }
            guard source.told != nil else { return "\(source.id.name) has not been read yet" }
        }
        for (name, server) in [("UFM", status.fabric), ("the ledger", status.ledger)] {
            if let outage = server.outage { return "\(name) does not answer: \(outage.last.message)" }
            guard server.isKnown else { return "\(name) has not been read yet" }
        }
        guard status.stage == .running else { return status.stage.rawValue }
        guard status.totals.lastSuccess != nil else { return "the first pass is not done" }
        let closed = status.closedBy.subtracting([.notLeading, .dryRun])
        return closed.isEmpty ? nil : "nothing is written: \(closed.map(\.rawValue).sorted().joined(separator: ", "))"
    }
}
