@testable import Reconciler

/// An engine with the reporter of its log: what it wants done comes with every line that the log would have, in their order.
struct ReportedEngine {
    private var engine: Engine
    private var reporter: LogReporter
    /// How it stood after the last event.
    private(set) var status: EngineStatus

    /// The classes in which a partition waits for nothing but a slot.
    func ready(now: Duration) -> Set<Urgency> { engine.ready(now: now) }

    /// How often a partition was looked at closely because everything was gone through.
    var looks: Int { engine.looks }
    private var events = 0

    /// What a close look finds of partitions that are in step at one look: nothing, ever.
    var misjudged: String? { engine.misjudged }
    /// The same, asked after each sixteenth event alone, since it costs as much as the event.
    var seldomMisjudged: String? { events % 16 == 0 ? misjudged : nil }

    init(_ configuration: EngineConfiguration, seed: UInt64) {
        engine = Engine(configuration, seed: seed)
        reporter = LogReporter(configuration)
        status = engine.status(now: .zero)
    }

    mutating func handle(_ event: EngineEvent, now: Duration) -> (actions: [EngineAction], wakeAt: Duration?) {
        let (actions, wakeAt) = engine.handle(event, now: now)
        status = engine.status(now: now)
        events += 1
        let said = actions.compactMap(\.message)
        return (
            reporter.lines(status, said: said).map(EngineAction.say) + actions.filter { $0.message == nil }, wakeAt
        )
    }
}
