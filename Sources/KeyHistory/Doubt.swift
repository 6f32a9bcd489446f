/// A list that is not of the history that we know, until it is believed or was shown to be a mistake. Pure.
///
/// A member may have lost its way, and a read may be stale; a store may as well have been restored. A second list tells: one
/// that agrees with the first, through another witness, some time later. A list that merely ends too early has to be seen
/// twice before it counts as suspect at all.
package struct Doubt: Sendable {
    package enum Kind: Hashable, Sendable {
        /// It ends before what we were told.
        case old
        /// It contradicts what we know.
        case suspect
    }

    /// How far two lists that agree are apart, at least.
    package static let patience = Duration.seconds(5)
    /// How soon another list is asked for; doubled each time, up to ``patience`` and what it is lengthened to.
    private static let firstPause = Duration.seconds(1)

    package private(set) var kind: Kind
    /// What the store would be, if the first of the lists that agree is true.
    private var candidate = History()
    private var since: Duration
    private var witness: Respondent?
    private var asks = 0
    /// Whether any list since the doubt began contradicts what we know.
    package private(set) var hasContradicted: Bool
    /// When another list is to be asked for.
    package private(set) var askAt: Duration

    package init(_ list: KeySnapshot, _ kind: Kind, now: Duration) {
        self.kind = kind
        candidate.begin(with: list)
        hasContradicted = kind == .suspect
        (since, witness, askAt) = (now, list.witness, now + Self.firstPause)
    }

    /// Who is not to be asked for the next list.
    package var avoided: Respondent? { witness }

    /// Another list is asked for; the one after comes later.
    package mutating func asked(now: Duration) {
        asks += 1
        let pause = min(Self.firstPause * (1 << min(asks, 5)), .seconds(30))
        // The one that can be believed is not waited for longer than needed.
        let decisive = since + Self.patience
        askAt = decisive > now ? min(now + pause, decisive) : now + pause
    }

    /// Takes another list that is not of our history either.
    ///
    /// - Parameter patience: how far it must be from the first one that it agrees with.
    /// - Returns: whether it is to be believed.
    package mutating func hears(
        _ list: KeySnapshot, _ kind: Kind, now: Duration, patience: Duration = patience
    ) -> Bool {
        switch candidate.judge(list) {
        case .ours:
            if kind == .suspect { hasContradicted = true }
            guard now - since >= patience, witness == nil || list.witness != witness else { return false }
            guard self.kind == .suspect || kind == .suspect else {
                // Twice below what we were told: from here on it is as suspect as a contradiction.
                let asks = asks
                let hasContradicted = hasContradicted
                self = Doubt(list, .suspect, now: now)
                (self.asks, self.hasContradicted) = (asks, hasContradicted)
                return false
            }
            return true
        case .old, .suspect, .otherStore:
            let asks = asks
            let hadContradicted = hasContradicted
            self = Doubt(list, kind, now: now)
            self.asks = asks
            // One that is merely old, or nonsense, does not take back what another has said.
            hasContradicted = hasContradicted || hadContradicted
            askAt = max(askAt, now + min(Self.firstPause * (1 << min(asks, 5)), .seconds(30)))
            return false
        }
    }
}
