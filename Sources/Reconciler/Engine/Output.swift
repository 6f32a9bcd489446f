/// What the engine wants done in answer to one event, and what it found, gathered in its order.
struct Output: Sendable {
    /// When the event came.
    let now: Duration
    private(set) var actions: [EngineAction] = []
    private(set) var findings: [Finding] = []
    /// How many lines the engine has said since the start.
    private(set) var lines: Int
    private let found: Int

    /// - Parameter counts: what was found and said before.
    init(now: Duration, after counts: Counts) {
        self.now = now
        lines = counts.lines
        found = counts.findings.count
    }

    /// Whether the fabric is read completely.
    var readsFabric: Bool {
        actions.contains { if case .readFabric = $0 { true } else { false } }
    }

    mutating func add(_ action: EngineAction) {
        actions.append(action)
    }

    mutating func say(_ message: Message) {
        lines += 1
        actions.append(.say(message))
    }

    mutating func found(_ several: [Finding.What]) {
        for what in several { found(what) }
    }

    mutating func found(_ what: Finding.What) {
        findings.append(Finding(number: found + findings.count + 1, at: now, what: what, line: lines))
    }
}
