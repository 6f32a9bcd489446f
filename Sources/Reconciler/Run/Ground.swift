/// What a step of a run may be written on: a list's word alone is none.
enum Ground: Sendable {
    /// The watch has told what is wanted.
    case told
    /// A transaction found the keys as they were believed to be.
    case compared
    /// The change has been begun, under this permit.
    case begun(WritePermit)

    /// - Parameter word: by whose word the partition is wanted so.
    init?(_ word: Word) {
        switch word {
        case .told: self = .told
        case .listed: return nil
        }
    }

    /// Whether it is one still: what was begun on the watch's word, or on a second opinion, has lost it if a list alone says
    /// so now.
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
