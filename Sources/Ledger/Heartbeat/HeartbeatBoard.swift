package import Reconciler

/// Where heartbeats stand, beside a ledger. A daemon uses one of its own.
package protocol HeartbeatBoard: Sendable {
    /// Writes ours, so that it is gone by itself some time after its last renewal.
    func write(_ heartbeat: Heartbeat) async throws(Failure)
    /// Keeps alive what was written; says whether it stands.
    func renew() async throws(Failure) -> Bool
    /// Notes in a place that outlives it that a daemon was heard.
    func note(_ heartbeat: Heartbeat) async throws(Failure)
    /// Takes ours away at once.
    func remove() async throws(Failure)
    /// All that stand which a daemon may be behind.
    func sightings() async throws(Failure) -> [Sighting]
    /// Who was heard last, and when, whether he lives or not; nil where nobody knows.
    func lastHeard() async throws(Failure) -> Presence.Heard?
}
