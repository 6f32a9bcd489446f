import Fabric
import FoundationEssentials
import KeyHistory
import Planning
package import Reconciler

/// `{"daemons":{…},"fabric":…,"format":1,"partitions":[{"key":…,"key_revision":…,"pkey":…,"record_…":…,"state":…}],"revision":…,"store":…,"summary":{…}}`.
package struct StatusDocument: Encodable, Sendable {
    /// Changes with whatever a reader of the document before could not read.
    static let form = 1

    struct Partition: Encodable, Sendable {
        let pkey: String
        let state: String
        let key: String
        let key_revision: Int64?
        let record_state: String?
        let record_revision: Int64?
        let record_time: String?
        let error: String?
        let waits: [Wait]?
        let conflict: Conflict?
    }

    struct Conflict: Encodable, Sendable {
        let guids: [String]
        let name: String?
    }

    struct Wait: Encodable, Sendable {
        let guid: String
        let holder: String
        let reason: String?
    }

    let format: Int
    let fabric: String
    /// Which of etcd's stores the keys are in, where that is known.
    let store: String?
    let revision: Int64
    /// nil where the daemon itself says how it stands.
    let daemons: PresenceDocument?
    let partitions: [Partition]
    let summary: [String: Int]
    /// Deletions that wait for an approval, and how it is given.
    let guarded: Guarded?

    struct Guarded: Encodable, Sendable {
        let count: Int
        /// The first ones.
        let pkeys: [String]
        let since: String?
        let approve: String
    }

    /// - Parameters:
    ///   - store: which of etcd's stores the keys are in.
    ///   - presence: which daemons live; nil where one of them asks.
    package init(_ report: StatusReport, in store: String?, _ presence: Result<Presence, Failure>? = nil) {
        format = Self.form
        daemons = presence.map(PresenceDocument.init)
        guarded = report.guarded.map {
            Guarded(
                count: $0.pkeys.count, pkeys: $0.pkeys.first.map(\.description), since: $0.since?.formatted(.iso8601),
                approve: ApprovalWords.command)
        }
        fabric = report.fabric
        self.store = store
        revision = report.revision
        partitions = report.partitions.map { partition in
            Partition(
                pkey: partition.pkey.description, state: partition.state.rawValue, key: partition.key.description,
                key_revision: partition.keyRevision?.number, record_state: partition.entry?.record.state.rawValue,
                record_revision: partition.entry?.record.revision.number,
                record_time: partition.entry?.time?.formatted(.iso8601), error: partition.error,
                waits: partition.waits?.ports.map {
                    Wait(guid: $0.guid.description, holder: $0.holder.description, reason: $0.reason)
                },
                conflict: partition.conflict.map {
                    Conflict(guids: $0.guids.map(\.description), name: $0.name)
                })
        }
        summary = Dictionary(report.counts.map { ($0.state.rawValue, $0.count) }, uniquingKeysWith: +)
    }
}
