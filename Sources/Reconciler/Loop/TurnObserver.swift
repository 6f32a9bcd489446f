/// Who is shown each turn of the loop as a whole, to tell others of it.
///
/// It is called by the loop itself, between one event and the next: what it does must take no time and wait for nobody,
/// whatever happens, and it can change nothing.
package protocol TurnObserver: Sendable {
    /// How often the loop is to turn at least, even where nothing happens.
    var beat: Duration { get }
    func saw(_ turn: LoopTurn)
}

/// One turn of the loop: what happened, what was made of it, and how it stands after that.
package struct LoopTurn: Sendable {
    package let event: EngineEvent
    package let actions: [EngineAction]
    package let status: EngineStatus
    private let engine: Engine

    package init(_ event: EngineEvent, _ actions: [EngineAction], _ status: EngineStatus, _ engine: Engine) {
        self.event = event
        self.actions = actions
        self.status = status
        self.engine = engine
    }

    /// All partitions as they stand now.
    package var panorama: Panorama { engine.panorama }
}
