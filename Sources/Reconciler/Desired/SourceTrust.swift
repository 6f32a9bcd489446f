package import KeyHistory

/// What a list is asked for.
package enum ListOccasion: Hashable, Sendable {
    /// The source follows from it on: no watch will tell what happened before.
    case afresh
    /// It is read beside a watch that goes on. With how far the source had been told when it was asked for.
    case besideWatch(asked: KeyVersion)
}

/// What became of a list.
package enum ListVerdict: Hashable, Sendable {
    /// It is of the history that we know, and used.
    case ours
    /// It goes on from what we know, after a list that contradicted that, or far beyond it: it is used, but what it lacks may
    /// have been lost.
    case either
    /// More was told while it was under way: nothing can be learnt from it.
    case overtaken
    /// It ends before what we were told: not used, and another one is asked for.
    case old
    /// It contradicts what we know: not used, and another one is asked for.
    case suspect
    /// It contradicted what we know, and so did another one: the source has another history now, and all of it is used.
    case believed
    /// It is of a store with another name: not used.
    case otherStore

    /// Whether what is wanted may have changed by it.
    package var isUsed: Bool {
        switch self {
        case .ours, .either, .believed: true
        case .overtaken, .old, .suspect, .otherStore: false
        }
    }
}

/// One list that is asked of a source.
package struct ListRequest: Hashable, Sendable {
    package let epoch: Epoch
    /// How far the source had been told by then.
    package let told: KeyVersion
    /// Who is not to answer it, where another one can.
    package let avoiding: Respondent?

    package var source: SourceID { epoch.source }
}

/// Whether what a source says is its own history: the rule of ``History``, over time. Pure.
struct SourceTrust: Sendable {
    private(set) var history: History
    /// A list that was not of our history, while it is neither believed nor shown to be a mistake.
    private(set) var doubt: Doubt?
    /// When the last doubt about a contradiction ended, whoever was believed.
    private var settledAt: Duration?
    /// Until when the members of the source are taken to disagree, unless they do so again.
    private var disagreement: Duration?
    /// The source follows from a list on that was not used: up to here, changes were passed over.
    private var gap: KeyVersion?
    /// The last that the watch has told since.
    private var heard: StorePoint?
    /// Keys that it has told to be set since; and those that a watch before it had, which is over.
    private var (ahead, outlived): (Set<KeyName>, Set<KeyName>) = ([], [])
    /// Who answered the last list that was used.
    private(set) var witness: Respondent?
    /// A comparison has shown that a list was wrong, or is no longer right, and no other one has been used since.
    private(set) var isRefuted = false

    /// Whether the last list that was used is further from what was told than a store comes by itself.
    private(set) var hasLeapt = false

    /// How far that is. `etcdutl snapshot restore --bump-revision` adds ten times as much, so that nobody takes what he knows for
    /// what is restored; etcd would write for hours, and pcocc for years.
    static let leap: Int64 = 100_000_000

    /// How long members must agree after they did not.
    static let probation = Duration.seconds(600)

    init(floor: StorePoint?) {
        history = History(from: floor)
    }

    /// Whether members disagree, so that what lists alone have brought is not carried out.
    var isDisagreeing: Bool { disagreement != nil }

    /// Whether nobody knows which history the source is in.
    var isInDoubt: Bool { doubt != nil || gap != nil || isDisagreeing }

    /// When something is due for no other reason than that time has passed.
    var nextDue: Duration? { [doubt?.askAt, disagreement].compactMap(\.self).min() }

    /// Time has passed; says whether the members agree again by now.
    mutating func pass(now: Duration) -> Bool {
        guard let end = disagreement, end <= now else { return false }
        disagreement = nil
        return true
    }

    /// Somebody vouches for what the source says now; says whether its members were taken to disagree.
    mutating func agree() -> Bool {
        defer { disagreement = nil }
        return isDisagreeing
    }

    func isOfStore(_ point: StorePoint) -> Bool {
        guard let known = history.told?.store, let store = point.store else { return true }
        return known == store
    }

    /// A comparison shows that what a list alone has told is not so.
    mutating func refuted() { isRefuted = true }

    /// Judges a list, and takes note of one that is used.
    mutating func judge(_ list: KeySnapshot, _ occasion: ListOccasion, now: Duration) -> ListVerdict {
        if occasion == .afresh, gap != nil {
            // What the watch before this one told to be gone beyond the gap may be of another history than this list is of:
            // it must not hide what the list shows. A claim compares the key, should it be gone after all.
            history.forgetDeletionsAhead()
            heard = nil
            outlived.formUnion(ahead)
            ahead = []
        }
        let kind: Doubt.Kind
        switch history.judge(list) {
        case .otherStore: return .otherStore
        case .ours:
            // It does not contradict what we know, and the one before did. A store may have gone back, and be past that by now.
            hasLeapt = history.told.map { list.revision.number - $0.revision.number >= Self.leap } ?? false
            let wasContradicted = doubt?.hasContradicted ?? false
            let mayHaveLost = hasLeapt || wasContradicted
            if wasContradicted { settledAt = now }
            doubt = nil
            isRefuted = false
            witness = list.witness
            // So must what it told to be set there: a store between may have had it, whose versions this one never comes to.
            history.forget(outlived, after: list)
            outlived = []
            history.take(list)
            closeGap(with: list, occasion)
            return mayHaveLost ? .either : .ours
        case .old:
            // It shows nothing, and ends no doubt: where nothing has been listed yet, another one must come.
            if case .besideWatch(let asked) = occasion, list.revision >= asked { return .overtaken }
            kind = .old
        case .suspect: kind = .suspect
        }
        return judge(list, of: kind, occasion, now: now)
    }

    private mutating func judge(
        _ list: KeySnapshot, of kind: Doubt.Kind, _ occasion: ListOccasion, now: Duration
    ) -> ListVerdict {
        if kind == .suspect {
            let isAgain = settledAt.map { now - $0 < Self.probation } ?? false
            if isAgain || isDisagreeing { disagreement = now + Self.probation }
        }
        if occasion == .afresh {
            gap = history.told.flatMap { $0.revision <= list.revision ? list.revision : nil }
        }
        let patience = isDisagreeing ? Self.probation : Doubt.patience
        guard doubt?.hears(list, kind, now: now, patience: patience) == true else {
            doubt = doubt ?? Doubt(list, kind, now: now)
            return kind == .old ? .old : .suspect
        }
        doubt = nil
        isRefuted = false
        settledAt = now
        witness = list.witness
        history.begin(with: list)
        outlived = []
        closeGap(with: list, occasion)
        return .believed
    }

    private mutating func closeGap(with list: KeySnapshot, _ occasion: ListOccasion) {
        guard let end = gap, list.revision >= end || occasion == .afresh else { return }
        gap = nil
        ahead = []
        if occasion != .afresh, let heard { history.reach(heard) }
        heard = nil
    }

    /// Takes note of changes that are news.
    mutating func take(_ changes: [KeyChange], at point: StorePoint) {
        guard gap == nil else {
            heard = point
            ahead.formUnion(changes.lazy.filter { $0.value != nil }.map(\.key))
            return history.take(changes, at: point, isGapless: false)
        }
        history.take(changes, at: point)
    }

    /// Takes note that everything up to a point has been told.
    mutating func reach(_ point: StorePoint) {
        guard isOfStore(point) else { return }
        if gap == nil { history.reach(point) } else { heard = point }
    }

    /// Another list is asked for.
    mutating func asked(now: Duration) { doubt?.asked(now: now) }
}

/// By whose word something is wanted.
package enum Word: Hashable, Sendable {
    /// The watch has told it, or a second opinion has confirmed it.
    case told
    /// A list alone says so, or the absence from one.
    case listed
}
