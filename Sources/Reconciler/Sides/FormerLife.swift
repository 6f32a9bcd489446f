internal import Fabric
internal import KeyHistory

/// Whether the first lists of a life go on from the ledger that a former one left. Pure.
///
/// Of a former life there is, per key, the version in its record. A key that is listed at a lower version than that is a
/// contradiction, and nothing else is.
struct FormerLife: Sendable {
    /// What is to be made of a ledger that knows later versions of some keys than are listed.
    enum Verdict: Sendable {
        /// It does not: the store goes on from it.
        case goesOn
        /// Another list is waited for.
        case doubted(isNews: Bool)
        /// Another list says the same of these: the store has another history than in the life before.
        case believed(Set<PKey>)
    }

    private struct InDoubt: Sendable {
        let since: Duration
        let witnesses: [Respondent?]
        var askAt: Duration
    }

    private var doubt: InDoubt?

    var isInDoubt: Bool { doubt != nil }
    /// When another list is to be asked for.
    var askAt: Duration? { doubt?.askAt }

    /// If it is time for another list, gives who answered the first ones.
    mutating func asked(now: Duration) -> [Respondent?]? {
        guard let known = doubt, known.askAt <= now else { return nil }
        doubt?.askAt = now + Doubt.patience
        return known.witnesses
    }

    /// - Parameters:
    ///   - contradicted: the PKeys of which the ledger knows a later version than is listed.
    ///   - witnesses: who answered the lists.
    mutating func judge(_ contradicted: Set<PKey>, witnesses: [Respondent?], now: Duration) -> Verdict {
        guard !contradicted.isEmpty else {
            doubt = nil
            return .goesOn
        }
        guard let known = doubt else {
            doubt = InDoubt(since: now, witnesses: witnesses, askAt: now + Doubt.patience)
            return .doubted(isNews: true)
        }
        let isAnother = witnesses.allSatisfy { $0 == nil } || witnesses != known.witnesses
        guard now - known.since >= Doubt.patience, isAnother else { return .doubted(isNews: false) }
        doubt = nil
        return .believed(contradicted)
    }
}
