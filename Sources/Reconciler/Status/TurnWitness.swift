/// Who is told after each turn of the loop how it stands.
///
/// It is called by the loop itself, between one event and the next: what it does must take no time, whatever happens, and it
/// can change nothing.
package protocol TurnWitness: Sendable {
    /// How often the loop is to turn at least, even where nothing happens.
    var beat: Duration { get }
    func turned(_ status: EngineStatus)
}
