/// Powers that today's engine does not survive, each with what it breaks.
///
/// The main test leaves these powers out, so that it says of the others that they hold. As the engine is mended they leave
/// the list; a test sees to it that what stands in it does break.
struct NotYetHeld: Sendable, CustomStringConvertible {
    /// What the main test leaves out.
    let power: Power
    /// With which others it shows, or shows sooner.
    let companions: [Power]
    let invariant: Invariant
    /// What goes wrong.
    let words: String

    init(
        _ power: Power, with companions: [Power] = [], _ invariant: Invariant, _ words: String
    ) {
        self.power = power
        self.companions = companions
        self.invariant = invariant
        self.words = words
    }

    var powers: Powers { Powers([power] + companions) }

    var description: String { "\(powers) against \(invariant)" }

    static let all: [NotYetHeld] = []

    /// What broke in one history of some twenty thousand with every power, and is left out of the main test: another test bounds how
    /// often, and a third one has stores lose their history without the rest. In what is known, beside the loss:
    /// - a member with another history answers in turn: what the watch of one has told, lists of the other deny until they are
    ///   believed (0x9a7abadc6d06734c), or they lack a spelling of the PKey that no second opinion knows to compare
    ///   (0x6155c2cb90229ea1);
    /// - a claim that was given up is carried out after the ledger was read again, so that a partition is ours before that is known
    ///   (0x88223d686f40eb17);
    /// - two daemons hold and approve each other's deletions (0x37f767b895b416ae), which is no supported way to run.
    ///
    /// And in one of some forty thousand a watch goes on in a store that was restored under it, and what it tells of the past is written
    /// before it has told the rest (0xd6b9c735fbb996c0 and 0xdf81bc3a308ab8a1, with `POWERS=losses`).
    static let rarelyBroken =
        [Power.wipes, .restoresBehind, .restoresOvertaking, .revertedKeys].map { loss in
            NotYetHeld(loss, with: [.lateTransactions], .ports, "a claim takes effect after the ledger was read again")
        }
        + [
            NotYetHeld(.membersDisagree, .currency, "lists of another history deny what the watch has told")
        ]
}
