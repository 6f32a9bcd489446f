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

    /// What broke in one history of some ten thousand with every power, and is left out of the main test: another test bounds how
    /// often. In what is known a store lost its history, and a member of another one answered: 0x2d69886ebeb0f9b0 (a deletion
    /// that this member brought was authorised by the empty store, and is carried out later, though the life has been shown
    /// both by then), 0xe443c7d4803a8a84 (once it was believed, the watch of ours tells again what was long over).
    static let rarelyBroken =
        [Power.wipes, .restoresBehind, .restoresOvertaking, .revertedKeys].map { loss in
            NotYetHeld(loss, .ports, "a port joins before what the watch tells of its holder is believed")
        }
        + [
            NotYetHeld(.membersDisagree, .currency, "a list of a later revision lacks what the watch has yet to tell")
        ]
}
