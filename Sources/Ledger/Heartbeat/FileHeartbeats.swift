import Files
import FoundationEssentials
package import Reconciler

/// The heartbeat beside a ledger file: `heartbeat.json` beside `ledger.json`. Whoever keeps the ledger's lock is alive; the
/// file says how he stands, and by its age when he was heard last.
package struct FileHeartbeats: HeartbeatBoard {
    private static let sizeLimit = 1 << 16

    private let ledger: String
    private let directory: DropDirectory
    private let name: String

    /// - Parameter path: of the ledger.
    package init(besideLedger path: String) {
        ledger = path
        directory = DropDirectory(StagedFile.directory(of: path))
        let file = String(path.split(separator: "/").last ?? "ledger.json")
        // Ledgers of several fabrics may share a directory.
        name = file == "ledger.json" ? "heartbeat.json" : "\(file).heartbeat.json"
    }

    package func write(_ heartbeat: Heartbeat) async throws(Failure) {
        let text = try heartbeat.json()
        do throws(StagedFile.Problem) {
            try StagedFile(text, replacing: directory.path(of: name), name: .fixed, mode: 0o644).putInPlace()
        } catch {
            throw Failure(.unwritable, "\(error.step): \(error.reason)")
        }
    }

    package func renew() async throws(Failure) -> Bool { directory.touch(name) }

    /// The file outlives the daemon by itself.
    package func note(_ heartbeat: Heartbeat) async throws(Failure) {}

    package func remove() async throws(Failure) { _ = directory.remove(name) }

    package func sightings() async throws(Failure) -> [Sighting] {
        guard case .taken = try DaemonLock.state(beside: ledger) else { return [] }
        return [Sighting(name: directory.path(of: name), heartbeat: try heartbeat(), created: 0)]
    }

    package func lastHeard() async throws(Failure) -> Presence.Heard? {
        guard let heartbeat = try heartbeat(), let age = directory.age(of: name) else { return nil }
        let time = Date(timeIntervalSinceNow: -Double(age)).formatted(.iso8601)
        return Presence.Heard(host: heartbeat.host, time: time, isStanding: true)
    }

    private func heartbeat() throws(Failure) -> Heartbeat? {
        do throws(FileError) {
            return try LocalFile.read(directory.path(of: name), limit: Self.sizeLimit).flatMap { Heartbeat($0.bytes) }
        } catch {
            throw Failure(.unreadable, "the heartbeat: \(error)")
        }
    }
}
