internal import Fabric
internal import KeyHistory

/// The sources as they are known: what they want of every partition, once each has told all of it. Pure.
struct SourceSide: Sendable {
    /// What they have told so far.
    private(set) var told: DesiredState
    private var outages: [SourceID: Outage] = [:]
    /// How long a source could not be read, the last time.
    private var lastOutages: [SourceID: Duration] = [:]
    /// What people call the sources together: `etcd`.
    let name: String

    init(_ nothing: DesiredState) {
        told = nothing
        name = nothing.name
    }

    /// What is wanted; nil until each source has been listed.
    var desired: DesiredState? { told.isListed ? told : nil }

    func isListed(_ source: SourceID) -> Bool { told.isListed(source) }

    /// The histories of which a list can be asked.
    var epochs: [Epoch] { told.epochs }

    func newest(of source: SourceID) -> KeyVersion { told.newest(of: source) }

    /// A source begins, or begins anew, with everything it has.
    mutating func listed(_ list: KeySnapshot, from source: SourceID) -> DesiredState.Outcome {
        told.take(list, .afresh, from: source)
    }

    /// Takes a list beside a running watch.
    mutating func listedBesideWatch(_ list: KeySnapshot, from source: SourceID) -> DesiredState.Outcome {
        told.take(list, .besideWatch, from: source)
    }

    mutating func changed(_ changes: [KeyChange], at point: StorePoint, from source: SourceID) -> DesiredState.Outcome {
        told.take(changes, at: point, from: source)
    }

    mutating func reached(_ point: StorePoint, in source: SourceID) {
        told.reach(point, in: source)
    }

    mutating func lost(_ source: SourceID, _ failure: Failure, now: Duration) {
        outages[source] = Outage(failure, now: now)
    }

    mutating func restored(_ source: SourceID, after duration: Duration) {
        outages[source] = nil
        lastOutages[source] = duration
    }
}
