/// What the engine wants done in answer to one event, gathered in its order.
struct Output: Sendable {
    /// When the event came.
    let now: Duration
    private(set) var actions: [EngineAction] = []

    init(now: Duration) {
        self.now = now
    }

    mutating func add(_ action: EngineAction) {
        actions.append(action)
    }

    mutating func say(_ level: Message.Level, _ text: String, _ metadata: [String: String] = [:]) {
        actions.append(.say(Message(level, text, metadata)))
    }
}
