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
