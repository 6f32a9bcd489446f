package import Fabric
package import KeyHistory

/// What is to be asked of the sources, and how far they are to be believed.
extension DesiredState {
    /// A list of each source.
    var requests: [ListRequest] { views.map(\.request) }

    /// Every key that names the partition, as it was told, ``KeyState/absent`` for the names that pcocc would use and has
    /// not, and for those that any list has shown, used or not.
    package func keyStates(of pkey: PKey) -> [KeyName: KeyState] {
        var states: [KeyName: KeyState] = [:]
        for view in views {
            states[view.usualKey(of: pkey)] = .absent
            for key in view.spellings[pkey] { states[key] = .absent }
            for key in view.keysOfPKey[pkey] ?? [] {
                states[key] = view.entries[key].map { KeyState($0.revision, $0.value) }
            }
        }
        return states
    }

    /// Whether nobody has listed a source anew since.
    var isRefuted: Bool { views.contains(where: \.trust.isRefuted) }

    /// Whether a list of any source is in doubt.
    var isListInDoubt: Bool { views.contains { $0.trust.doubt != nil } }

    /// Whether the watch has told something of the partition that nobody knows the truth of.
    func isDisputed(_ pkey: PKey) -> Bool {
        views.indices.contains { !views[$0].disputes.isEmpty && views[$0].disputes.contains(pkey) }
    }

    /// Whether a list lacks a key of whose end the watch has yet to tell.
    func isMissed(_ key: KeyName) -> Bool {
        views.indices.contains { !views[$0].missed.isEmpty && views[$0].missed[key] != nil }
    }

    /// Whether a key waits for the watch to tell its end.
    var isAwaitingWatch: Bool { views.contains { !$0.missed.isEmpty } }

    /// When something is due for no other reason than that time has passed.
    var nextDue: Duration? {
        views.reduce(nil) { soonest, view in
            [soonest, view.trust.nextDue, view.nextOverdue].compactMap(\.self).min()
        }
    }

    /// Whether the members of a source disagree, so that nothing is carried out of what lists alone have told.
    var isDisagreeing: Bool { views.indices.contains { views[$0].trust.isDisagreeing } }

    /// Who answered the last lists that were used.
    var witnesses: [Respondent?] { views.map(\.trust.witness) }

    /// How far the source of a record's key had come when it was last told of, if that is not as far as the record says: it
    /// has lost its history, and what is absent from it may be lost as well. nil otherwise.
    package func lostHistory(of record: LedgerRecord) -> KeyVersion? {
        // A key of nobody has a version that says nothing of any of them.
        let view = views.first { $0.id.names(record.key) }
        guard let told = view?.history.told?.revision, told < record.revision else { return nil }
        return told
    }

    /// Whether the ledger's record is of a later version of its key than the source lists: no history of one store has both.
    package func contradicts(_ record: LedgerRecord, of pkey: PKey) -> Bool {
        // By its own key first: nearly all are listed as they were.
        let listed = views.indices.lazy.compactMap { views[$0].entries[record.key]?.revision }.first ?? .absent
        return listed != .absent && listed < record.revision && key(of: pkey) == record.key
    }

    /// Whether a PKey has no key since its source was believed to have another history, without the watch's word.
    package func isLost(_ pkey: PKey) -> Bool {
        if lost.contains(pkey) { return true }
        guard let seenSince else { return false }
        return !seenSince.contains(pkey) && !told.contains(pkey)
    }

    /// Whether a PKey's key that we knew is gone with the history that its source had, without the watch's word.
    package func hasLost(_ pkey: PKey) -> Bool { lost.contains(pkey) }
}
