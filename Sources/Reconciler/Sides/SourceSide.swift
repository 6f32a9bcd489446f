internal import Fabric
internal import KeyHistory

/// The sources as they are known: what they want of every partition, once each has told all of it. Pure.
struct SourceSide: Sendable {
    /// What they have told so far.
    private(set) var told: DesiredState
    /// How it stands with each source, in the order of precedence.
    private(set) var statuses: [EngineStatus.Source]
    /// What people call the sources together: `etcd`.
    let name: String

    init(_ nothing: DesiredState) {
        told = nothing
        name = nothing.name
        statuses = nothing.sources.map { EngineStatus.Source(id: $0) }
    }

    /// What is wanted; nil until each source has been listed.
    var desired: DesiredState? { told.isListed ? told : nil }

    func isListed(_ source: SourceID) -> Bool { told.isListed(source) }

    /// The histories of which a list can be asked.
    var epochs: [Epoch] { told.epochs }

    func newest(of source: SourceID) -> KeyVersion { told.newest(of: source) }

    /// A source begins, or begins anew, with everything it has.
    mutating func listed(
        _ list: KeySnapshot, reason: String, from source: SourceID, now: Duration
    ) -> DesiredState.Outcome {
        let outcome = told.take(list, .afresh, from: source)
        note(source) { $0.relists[reason, default: 0] += 1 }
        if outcome.verdict == .ours { heard(source, list.point, now: now) }
        return outcome
    }

    /// Takes a list beside a running watch.
    mutating func listedBesideWatch(_ list: KeySnapshot, from source: SourceID) -> DesiredState.Outcome {
        let outcome = told.take(list, .besideWatch, from: source)
        let keys = told.keyCount(of: source)
        note(source) { $0.keys = keys }
        return outcome
    }

    mutating func changed(
        _ changes: [KeyChange], at point: StorePoint, from source: SourceID, now: Duration
    ) -> DesiredState.Outcome {
        let outcome = told.take(changes, at: point, from: source)
        heard(source, point, now: now)
        return outcome
    }

    mutating func reached(_ point: StorePoint, in source: SourceID, now: Duration) {
        told.reach(point, in: source)
        heard(source, point, now: now)
    }

    mutating func lost(_ source: SourceID, _ failure: Failure, now: Duration) {
        note(source) { $0.outage = Outage(failure, now: now) }
    }

    mutating func restored(_ source: SourceID, after duration: Duration) {
        note(source) { ($0.outage, $0.lastOutage) = (nil, duration) }
    }

    /// A source has told everything up to a point.
    private mutating func heard(_ source: SourceID, _ point: StorePoint, now: Duration) {
        let keys = told.keyCount(of: source)
        note(source) { ($0.told, $0.lastEvent, $0.keys) = (point, now, keys) }
    }

    private mutating func note(_ source: SourceID, _ change: (inout EngineStatus.Source) -> Void) {
        if let index = statuses.firstIndex(where: { $0.id == source }) { change(&statuses[index]) }
    }
}
