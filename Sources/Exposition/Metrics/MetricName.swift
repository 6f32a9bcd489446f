/// Every metric of the daemon: its name, its kind, and what it means. One that is not here is not shown.
package enum MetricName: String, CaseIterable, Sendable {
    case buildInfo = "build_info"
    case startTime = "start_time_seconds"
    case loopTurn = "loop_turn_timestamp_seconds"
    case ready
    case writingBlocked = "writing_blocked"
    case partitions
    case troubledPartition = "troubled_partition"
    case unmanagedPartitions = "unmanaged_partitions"
    case conflicts
    case deletionsHeld = "deletions_held"
    case guardRaised = "guard_raised"
    case portsInTwoPartitions = "ports_in_two_partitions"
    case portsWaiting = "ports_waiting"
    case eventToSynced = "event_to_synced_seconds"
    case keyToSynced = "key_to_synced_seconds"
    case events = "events_total"
    case relists = "relists_total"
    case watchProven = "watch_proven_timestamp_seconds"
    case completeRead = "complete_read_timestamp_seconds"
    case serverUp = "server_up"
    case queueLength = "queue_length"
    case queueAge = "queue_age_seconds"
    case runsUnderWay = "runs_under_way"
    case driftRepaired = "drift_repaired_total"
    case writes = "writes_total"
    case ufmRequests = "ufm_requests_total"
    case ufmDuration = "ufm_request_duration_seconds"
    case etcdRequests = "etcd_requests_total"
    case etcdDuration = "etcd_request_duration_seconds"
    case certificateEnd = "certificate_expiry_timestamp_seconds"
    case storeInfo = "store_info"
    case otherStoreHasKeys = "other_store_has_keys"
    case logLinesDropped = "log_lines_dropped_total"
    case seriesDropped = "series_dropped_total"

    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    package static let prefix = "surf_ufm_pkeyd_"

    /// As it is printed.
    package var name: String { Self.prefix + rawValue }

    package var kind: Kind {
        switch self {
        case .eventToSynced, .keyToSynced, .ufmDuration, .etcdDuration: .histogram
        case _ where rawValue.hasSuffix("_total"): .counter
        default: .gauge
        }
    }

    package var help: String {
        switch self {
        case .buildInfo: "The version of the program that runs; always 1."
        case .startTime: "When the daemon began, in Unix time."
        case .loopTurn: "When the loop that does the work last turned, in Unix time."
        case .ready: "Whether the watch is proven, UFM has answered and the first pass is done."
        case .writingBlocked: "Whether nothing is written, by the reason."
        case .partitions: "PKeys that etcd or the ledger know, by the state that status shows."
        case .troubledPartition: "Partitions that are not in step and do not get there by themselves; 100 at most."
        case .unmanagedPartitions: "Partitions of UFM that are nobody's, without the default partition."
        case .conflicts: "PKeys whose partition is there and not ours, so that nothing is done."
        case .deletionsHeld: "Deletions that wait for an approval."
        case .guardRaised: "Whether deletions are held back because they came many at once."
        case .portsInTwoPartitions: "Ports that UFM shows in two partitions of ours. Has to be 0."
        case .portsWaiting: "Ports that partitions wait for, since others still have them."
        case .eventToSynced: "Time from the word of a changed key to the ledger's that UFM has it."
        case .keyToSynced:
            "The most that can have passed from the writing of a key, of which etcd keeps no time, to the ledger's word that "
                + "UFM has it: counted from the last proof of the watch before the key's event."
        case .events: "Changes of keys that the watch has told, and lists."
        case .relists: "How often a source began with a list, by the reason."
        case .watchProven: "When a source last told or proved that it tells everything, in Unix time."
        case .completeRead: "When a server was last read completely, in Unix time."
        case .serverUp: "Whether a server answers."
        case .queueLength: "Partitions that wait to be worked on, by urgency."
        case .queueAge: "How long what waits longest has waited, by urgency."
        case .runsUnderWay: "Partitions that are worked on."
        case .driftRepaired: "What UFM no longer had as it was given it, by kind."
        case .writes: "Requests that change UFM, by what they are and what came of them."
        case .ufmRequests: "Requests to UFM, by method and class of the answer."
        case .ufmDuration: "How long UFM took to answer."
        case .etcdRequests: "Calls of etcd, by name and class of the answer; a watch counts when it begins."
        case .etcdDuration: "How long etcd took to answer, watches left out."
        case .certificateEnd: "When a certificate ends, in Unix time."
        case .storeInfo: "The store of etcd that the keys are read from; always 1."
        case .otherStoreHasKeys: "Whether the store of etcd that is not used has PKey keys."
        case .logLinesDropped: "Lines of the log that could not be written."
        case .seriesDropped: "Measurements without a place of their own: too many labels, or no known name."
        }
    }
}
