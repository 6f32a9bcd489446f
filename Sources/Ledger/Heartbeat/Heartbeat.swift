package import FoundationEssentials
import JSONText
package import Reconciler

/// The word of a daemon that it lives, and how it stands:
/// `{"host":"admin1","id":"…","pid":812,"started":"…","state":"running","time":"…","version":"…","well":true,"words":"…"}`.
package struct Heartbeat: Codable, Hashable, Sendable {
    /// Who lives.
    package struct Daemon: Hashable, Sendable {
        package let host: String
        package let process: Int32
        package let version: String
        /// When it was started, in UTC, as `2026-01-31T12:00:00Z`.
        package let started: String
        /// What no other daemon has, of whatever host and process.
        package let id: String

        package init(host: String, process: Int32, version: String, started: Date = .now) {
            self.host = host
            self.process = process
            self.version = version
            self.started = started.formatted(.iso8601)
            id = .random
        }

        /// What it is called among those of its fabric.
        var name: String { Heartbeat.name(host, process) }
    }

    /// How it stands.
    package struct Summary: Hashable, Sendable {
        package let stage: EngineStatus.Stage
        /// Whether it is at work, and everything that it needs answers.
        package let isWell: Bool
        /// The same in one line, with figures.
        package let words: String

        package init(_ stage: EngineStatus.Stage, isWell: Bool, _ words: String) {
            self.stage = stage
            self.isWell = isWell
            self.words = words
        }

        /// - Parameter words: the same in one line.
        package init(_ status: EngineStatus, _ words: String) {
            let isAway =
                status.sources.contains { $0.outage != nil } || status.fabric.outage != nil
                || status.ledger.outage != nil
            self.init(
                status.stage, isWell: status.stage == .running && !isAway && status.closedBy.isEmpty, words)
        }
    }

    package let host: String
    package let pid: Int32
    package let version: String
    package let started: String
    let id: String
    /// When this was written, in UTC.
    package let time: String
    /// A stage of ``EngineStatus``.
    package let state: String
    package let well: Bool
    package let words: String

    package init(of daemon: Daemon, _ summary: Summary, time: Date = .now) {
        host = daemon.host
        pid = daemon.process
        version = daemon.version
        started = daemon.started
        id = daemon.id
        self.time = time.formatted(.iso8601)
        state = summary.stage.rawValue
        well = summary.isWell
        words = summary.words
    }

    /// What it is called among those of its fabric.
    var name: String { Self.name(host, pid) }

    /// `admin1-812`
    fileprivate static func name(_ host: String, _ process: Int32) -> String {
        "\(host.replacing("/", with: "-"))-\(process)"
    }

    /// nil for a text that is none.
    init?(_ json: [UInt8]) {
        guard let heartbeat = try? JSONText.decode(Self.self, from: json) else { return nil }
        self = heartbeat
    }

    func json() throws(Failure) -> [UInt8] {
        do {
            return try JSONText.bytes(self)
        } catch {
            throw Failure(.malformed, "a heartbeat cannot be written as JSON: \(error)")
        }
    }
}
