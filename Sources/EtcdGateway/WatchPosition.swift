/// Where we stand in the history of a range: what is known, and what to do next. A pure value: state in, actions out.
///
/// The rules are those of list-then-watch: read everything at revision R, watch from R, drop what is not newer. On any
/// doubt about completeness the position falls back to "list".
struct WatchPosition: Equatable {
    enum Step: Equatable {
        /// Read the whole range.
        case list(RelistReason)
        /// Watch from this revision, and drop what is not newer than the last one known.
        case watch(from: Int64)
    }

    private(set) var last: Int64 = 0
    private var clusterID: UInt64 = 0
    private var relist: RelistReason? = .start

    var next: Step {
        if let relist { return .list(relist) }
        // Starting at the last known revision and not behind it: newer versions of etcd are mute otherwise.
        return .watch(from: max(last, 1))
    }

    mutating func listed(_ header: ResponseHeader) {
        last = header.revision
        clusterID = header.clusterID
        relist = nil
    }

    /// What to hand on of an update: nothing for what is known, the update itself for what is new.
    ///
    /// When it returns nil and ``next`` is a list, the watch is to be left.
    mutating func received(_ update: WatchUpdate) -> WatchUpdate? {
        switch update {
        case .created(let header):
            if header.clusterID != clusterID {
                relist = .clusterChanged
            } else if header.revision < last {
                // A member that lags behind, or a store that lost its history: only a linearizable read can tell.
                relist = .revisionWentBack
            }
            return nil
        case .revision(let revision, _):
            guard revision > last else { return nil }
            last = revision
            return update
        case .progress(let revision):
            guard revision > last else { return nil }
            last = revision
            return update
        }
    }

    /// What a linearizable read says of a watch that has told everything up to ``last``, or seems to have.
    mutating func judge(_ proof: WatchProof) -> WatchProof.Verdict {
        guard proof.clusterID == clusterID else {
            relist = .clusterChanged
            return .otherStore
        }
        guard proof.revision >= proof.since else {
            relist = .revisionWentBack
            return .otherStore
        }
        // Nothing happened in the range up to there, so that much of the history is known without having been told.
        if proof.showsNoChange { last = max(last, proof.revision) }
        return proof.verdict(told: last)
    }

    /// A watch ended or could not be opened.
    mutating func failed(_ error: EtcdError) {
        switch error.kind {
        case .compacted: relist = .compacted
        case .futureRevision: relist = .revisionWentBack
        case .malformedAnswer, .watchCanceled: relist = .doubt
        default: break
        }
    }
}

/// A cheap linearizable read that shows whether a watch has missed something.
///
/// A stream proves nothing by being open, nor by its progress messages: a member that hangs or is cut off keeps both up.
package struct WatchProof: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        case current
        /// The watch has yet to tell this revision, or is dead.
        case behind(Int64)
        /// Another store answers than the one that is watched.
        case otherStore
    }

    /// Where the position was when the read was begun.
    let since: Int64
    let clusterID: UInt64
    /// The store's revision.
    let revision: Int64
    /// The last change of some key in the range that changed after `since`.
    let newerKey: Int64?
    /// Keys in the range now, and at `since`.
    let count: Int64
    let countThen: Int64

    /// Whether the range is as it was at `since`.
    var showsNoChange: Bool { newerKey == nil && count == countThen }

    /// What the read says of a watch that has told everything up to a revision, or seems to have.
    package func verdict(told last: Int64) -> Verdict {
        guard revision >= since else { return .otherStore }
        if let newerKey { return last >= newerKey ? .current : .behind(newerKey) }
        // A deletion leaves no key behind that would name its revision; anything newer may be it.
        return showsNoChange || last > since ? .current : .behind(since + 1)
    }
}

/// Why a range is read from the start.
package enum RelistReason: String, Sendable {
    case start
    /// The history behind our revision has been compacted away.
    case compacted
    /// The store is behind what we know of it: a lagging member, or a store that was wiped or restored.
    case revisionWentBack
    /// Another cluster answers.
    case clusterChanged
    /// Something came that should not have.
    case doubt
}
