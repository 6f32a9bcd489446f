/// Whether UFM was seen to restart, by its mark of the last change: after a restart it has none until something changes. Pure.
struct RestartSign {
    private var hadMark = false
    /// Whether a restart was seen of which no snapshot has told yet.
    private var isDue = false

    /// UFM shows this mark, or none.
    mutating func shown(_ mark: String?) {
        if hadMark, mark == nil { isDue = true }
        hadMark = mark != nil
    }

    /// A snapshot was read; says whether it is to tell of a restart, once.
    mutating func take() -> Bool {
        defer { isDue = false }
        return isDue
    }
}
