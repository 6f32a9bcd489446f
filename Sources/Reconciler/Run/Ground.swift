/// What a step of a run may be written on: a list's word alone is none.
enum Ground: Sendable {
    /// The watch has told what is wanted, and nobody contradicts it.
    case told
    /// A transaction found the keys as they were believed to be.
    case compared
    /// The change has been begun, under this permit.
    case begun(WritePermit)

    /// The watch's word, where no comparison is wanted first.
    init?(_ facts: Run.Facts) {
        guard !facts.comparesFirst else { return nil }
        self = .told
    }

    /// Whether it is one still: what was begun on the watch's word, or on a second opinion, has lost it if a list alone says
    /// so now. A doubt alone ends nothing: it may last for minutes, and what takes several steps would begin for ever.
    func stands(on word: Word) -> Bool {
        switch self {
        case .told, .compared: true
        case .begun: word == .told
        }
    }

    var permit: WritePermit? {
        switch self {
        case .told, .compared: nil
        case .begun(let permit): permit
        }
    }
}
