import KeyHistory

/// What is to be asked of the sources, and how far they are to be believed.
extension DesiredState {
    /// A list of each source.
    var requests: [ListRequest] { views.map(\.request) }

    /// Whether nobody has listed a source anew since.
    var isRefuted: Bool { views.contains(where: \.trust.isRefuted) }

    /// Whether a list of any source is in doubt.
    var isInDoubt: Bool { views.contains { $0.trust.doubt != nil } }

    /// Whether a key waits for the watch to tell its end.
    var isAwaitingWatch: Bool { views.contains { !$0.missed.isEmpty } }

    /// When something is due for no other reason than that time has passed.
    var nextDue: Duration? {
        views.reduce(nil) { soonest, view in
            [soonest, view.trust.nextDue, view.nextOverdue].compactMap(\.self).min()
        }
    }

    /// Whether the members of a source disagree, so that nothing is carried out of what lists alone have told.
    var isDisagreeing: Bool { views.contains { $0.trust.isDisagreeing } }

    /// Who answered the last lists that were used.
    var witnesses: [Respondent?] { views.map(\.trust.witness) }
}
