import Reconciler

/// An engine with the reporter of its log: what it wants done comes with every line that the log would have, in their order.
struct ReportedEngine {
    private var engine: Engine
    private var reporter: LogReporter
    /// How it stood after the last event.
    private(set) var status: EngineStatus

    /// The classes in which a partition waits for nothing but a slot.
    func ready(now: Duration) -> Set<Urgency> { engine.ready(now: now) }

    init(_ configuration: EngineConfiguration, seed: UInt64) {
        engine = Engine(configuration, seed: seed)
        reporter = LogReporter(configuration)
        status = engine.status(now: .zero)
    }

    mutating func handle(_ event: EngineEvent, now: Duration) -> (actions: [EngineAction], wakeAt: Duration?) {
        let (actions, wakeAt) = engine.handle(event, now: now)
        status = engine.status(now: now)
        let said = actions.compactMap(\.message)
        return (
            reporter.lines(status, said: said).map(EngineAction.say) + actions.filter { $0.message == nil }, wakeAt
        )
    }
}
