/// The flags of a read's query: `true` and `True` are both true, as clients use both.
struct ReadFlags {
    var guidsData: Bool
    var qosConf: Bool
    let portInfo: Bool
    let sharpState: Bool
    /// The most GUIDs to show of each partition; nil for all.
    let maxPorts: Int?

    init(_ query: [String: String]) {
        func isSet(_ name: String) -> Bool {
            query[name] == "true" || query[name] == "True"
        }
        guidsData = isSet("guids_data")
        qosConf = isSet("qos_conf")
        portInfo = isSet("port_info")
        sharpState = isSet("sharp_state")
        maxPorts = query["max_ports"].flatMap { Int($0) }.map { max(0, $0) }
    }
}

/// What reads show while they lag behind the model.
struct ReadLag {
    /// What reads show; nil when that is the model itself.
    private(set) var shown: [UInt16: Partition]?
    private var pending: [(due: Int64, partitions: [UInt16: Partition])] = []

    /// Notes that the partitions were changed, for reads to show after the delay in milliseconds.
    mutating func note(
        from before: [UInt16: Partition], to after: [UInt16: Partition],
        at now: Moment, delay: Int
    ) {
        if shown == nil { shown = before }
        pending.append((now.monotonic + Int64(delay) * 1_000_000, after))
    }

    /// Lets reads see what is due by now.
    mutating func advance(to now: Moment) {
        guard shown != nil else { return }
        // A delay that was shortened meanwhile must not bring back what is older.
        guard let last = pending.lastIndex(where: { $0.due <= now.monotonic }) else { return }
        shown = pending[last].partitions
        pending.removeFirst(last + 1)
        if pending.isEmpty { shown = nil }
    }
}
