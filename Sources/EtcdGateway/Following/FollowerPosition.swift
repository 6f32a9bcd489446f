internal import KeyHistory

/// Where following begins.
package enum FollowerStart: Hashable, Sendable {
    /// With a list of all that is there.
    case list
    /// With the first change after now.
    case now
    /// With the first change of this revision or a later one; it may be one that is yet to come.
    case revision(Int64)
}

/// What a follower does when changes are hidden from it: by a compaction, or because another store answers than before.
package enum CompactionPolicy: Hashable, Sendable {
    /// Reads the whole range again.
    case list
    /// Ends with an error, for those to whom a list is no substitute for the changes.
    case fail
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

/// Where we stand in the history of a range: what is known, and what to do next. A pure value: state in, actions out.
///
/// The rules are those of list-then-watch: read everything at revision R, watch from R, drop what is not newer. On any
/// doubt about completeness the position falls back to a list, or to a look at the store where a list is no help.
struct FollowerPosition: Sendable {
    enum Step: Equatable {
        /// Read the whole range.
        case list(RelistReason)
        /// Ask where the store stands.
        case look
        /// Watch from this revision, and drop what is not newer than the last one told.
        case watch(from: Int64)
    }

    private let start: FollowerStart
    private let onCompaction: CompactionPolicy
    /// Up to where everything has been told, and of which store: only that one is ever followed.
    private var reached: StorePoint?
    /// The highest revision that counts as shown by the store: a member that is behind it lags, or has lost its data.
    private var seen: Int64 = 0
    /// Why no watch may be opened yet; nil when one may.
    private var doubt: RelistReason? = .start
    /// A watch from a known revision was refused as compacted: the next one starts behind what was told.
    private var stepsOverCompaction = false
    /// Whether a watch has told anything yet.
    private var hasTold = false

    /// - Parameter store: the id of the cluster, where it is known from before.
    init(from start: FollowerStart = .list, onCompaction: CompactionPolicy = .list, store: UInt64? = nil) {
        self.start = start
        self.onCompaction = onCompaction
        if let store { reached = StorePoint(store: store, revision: .absent) }
        if case .revision(let first) = start { reach(StorePoint(store: store, revision: KeyVersion(first - 1))) }
    }

    private mutating func reach(_ point: StorePoint) { reached = reached?.advanced(to: point) ?? point }

    /// The store that is followed; nil before any has answered.
    var store: UInt64? { reached?.store }

    /// Everything up to this revision has been told, or need not be.
    var told: Int64 { reached?.revision.number ?? 0 }
    /// The last revision that has both happened and been told.
    var known: Int64 { min(told, seen) }
    /// Whether it has begun: what fails after that is an interruption.
    var isUnderWay: Bool { seen > 0 }

    var next: Step {
        if let doubt {
            let looks = isUnderWay ? onCompaction == .fail : start != .list
            return looks ? .look : .list(doubt)
        }
        // From a revision that is known and not from behind it: newer versions of etcd are mute otherwise.
        return .watch(from: stepsOverCompaction ? told + 1 : max(known, 1))
    }

    /// Takes a list, from which on is followed; says whether it is of the store that is followed.
    ///
    /// Whether it is of that store's history is found out by who is told of it, and remembers more.
    mutating func listed(_ list: KeySnapshot) -> Bool {
        if let store, let other = list.point.store, store != other { return false }
        reached = StorePoint(store: list.point.store ?? store, revision: list.revision, term: list.point.term)
        seen = list.revision.number
        doubt = nil
        return true
    }

    /// Takes what a linearizable read says of where the store stands.
    mutating func looked(_ header: ResponseHeader) throws(EtcdError) {
        if !isUnderWay {
            // What is asked for may be yet to come, and is known to be of this store all the same.
            reach(header.point(at: start == .now ? header.revision : told))
        } else if header.clusterID != store {
            throw EtcdError(.otherCluster, "another cluster answers than the one that was watched")
        } else if header.revision < seen {
            throw EtcdError(
                .wentBack,
                "the revision of etcd went back from \(seen) to \(header.revision): its data were lost or replaced")
        }
        seen = header.revision
        doubt = nil
    }

    /// What to hand on of an update: nothing for what is known, the update itself for what is new.
    ///
    /// When it returns nil and ``next`` is no watch, the watch is to be left.
    mutating func received(_ update: WatchUpdate) -> WatchUpdate? {
        switch update {
        case .created(let header):
            if header.clusterID != store {
                doubt = .clusterChanged
            } else if header.revision < seen {
                // A member that lags behind, or a store that lost its history: only a linearizable read can tell.
                doubt = .revisionWentBack
            } else if onCompaction == .fail {
                // Without lists each word of the store counts; with them the next proof shows the same.
                seen = header.revision
            }
            return nil
        case .revision(let point, _):
            guard point.revision.number > told else { return nil }
            reach(point)
        case .progress(let point):
            guard point.revision.number > told else { return nil }
            reach(point)
        }
        seen = max(seen, told)
        stepsOverCompaction = false
        hasTold = true
        return update
    }

    /// What a linearizable read says of a watch that has told everything up to ``told``, or seems to have.
    mutating func judge(_ proof: WatchProof) -> WatchProof.Verdict {
        guard proof.point.store == store else {
            doubt = .clusterChanged
            return .otherStore
        }
        guard proof.revision >= proof.since else {
            doubt = .revisionWentBack
            return .otherStore
        }
        // Nothing happened in the range up to there, so that much of the history is known without having been told.
        if proof.showsNoChange, proof.revision > told {
            reach(proof.point)
            seen = max(seen, told)
        }
        return proof.verdict(told: told)
    }

    /// Takes note that a list or a watch ended or could not be had; says whether going on can mend it.
    ///
    /// - Parameter failures: how many there were in a row, this one not among them.
    mutating func failed(_ error: EtcdError, after failures: Int) -> Bool {
        // A cancellation that was not ours: somebody shared a request with us and has given it up.
        let isPassing = error.isOutage || error.kind == .cancelled
        switch onCompaction {
        case .list:
            switch error.kind {
            case .compacted: doubt = .compacted
            case .futureRevision: doubt = .revisionWentBack
            case .malformedAnswer, .noGateway, .watchCanceled: doubt = .doubt
            default: break
            }
            // Another cluster answers where ours is away: ours may be back.
            if error.kind == .otherCluster { return true }
            // Once it was well, an operator may mend anything. A compaction between two pages is ordinary life before too.
            return isUnderWay || isPassing || error.isCompaction
        case .fail:
            guard isUnderWay else { return false }
            if case .compacted(let first) = error.kind { return stepOver(first) }
            // Older gateways report an outdated token as a missing permission.
            let isRefusal = error.kind == .permissionDenied || error.kind == .staleToken
            return isPassing || (isRefusal && failures < 3)
        }
    }

    /// Whether a watch from behind what was told can go on where one from it is refused as compacted.
    ///
    /// - Parameter compacted: up to where. A deletion of that very revision is gone with it, and some versions of etcd say
    ///   nothing of that: so it must be one that was told, unless nothing was, and somebody asked for what is left.
    private mutating func stepOver(_ compacted: Int64?) -> Bool {
        guard !stepsOverCompaction, max(known, 1) <= told, let compacted, compacted <= (hasTold ? told : told + 1)
        else { return false }
        stepsOverCompaction = true
        return true
    }
}
