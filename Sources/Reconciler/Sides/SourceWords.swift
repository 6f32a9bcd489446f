internal import KeyHistory
internal import Text

/// What the log says of lists, and of whose history they are.
extension SourceSide {
    /// - Parameters:
    ///   - before: how far the source had been told.
    ///   - wasInDoubt: whether a list was in doubt before.
    mutating func words(
        on verdict: ListVerdict, of list: KeySnapshot, from source: SourceID, before: StorePoint?, wasInDoubt: Bool
    ) -> [Message] {
        let (name, revision) = (source.name, list.revision)
        let known = before?.revision ?? .absent
        switch verdict {
        case .otherStore:
            guard strayed(source) else { return [] }
            let ids = "\(hex(list.point.store)) answers, and not \(hex(before?.store))"
            return [Message(.error, "\(name) is another cluster: \(ids): its lists are not used while that lasts")]
        // Told as a finding.
        case .overtaken: return []
        case .old:
            return [
                Message(
                    wasInDoubt ? .debug : .warning,
                    "a list of \(name) ends at revision \(revision), and \(known) had been told: not used; another one is asked for"
                )
            ]
        case .suspect:
            return [
                Message(
                    wasInDoubt ? .debug : .warning,
                    "a list of \(name) at revision \(revision) contradicts what had been told: not used until another one says the same"
                )
            ]
        case .believed:
            return [
                Message(
                    .error,
                    "\(name) has another history than before (revision \(revision), was \(known)), as two lists say: was it restored? "
                        + "What it lost stays as it is in UFM until somebody approves its deletion")
            ] + home(source)
        case .ours: return home(source)
        case .either:
            guard wasInDoubt else {
                return [
                    Message(
                        .error,
                        "\(name) is at revision \(revision), and \(known) had been told: was it restored? What it lacks stays as it is in UFM until somebody approves its deletion"
                    )
                ] + home(source)
            }
            return [
                Message(
                    .warning,
                    "a list of \(name) at revision \(revision) goes on from what had been told, after a list that contradicted it: what it lacks waits for an approval"
                )
            ] + home(source)
        }
    }

    private mutating func home(_ source: SourceID) -> [Message] {
        returned(source) ? [Message(.info, "\(source.name) is the cluster again that it was")] : []
    }

    private func hex(_ id: UInt64?) -> String { id.map { Hex.digits($0) } ?? "one without a name" }
}
