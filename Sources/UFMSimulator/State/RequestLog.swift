package import UFMModel

extension UFMSimulator {
    /// One request, from its arrival on.
    package struct RequestRecord: Sendable, Equatable {
        /// 1 for the first request since the start.
        package let sequence: Int
        /// The method.
        package let method: String
        /// Path with query, as it stood in the request line.
        package let path: String
        /// The body as text.
        package let body: String
        /// The host it came to: 1 for the first simulator, and so on for those that share its model.
        package let node: Int
        /// When the whole request had been read.
        package let start: Moment
        /// The name of the fault that happened to it; `standby` or `outage` where UFM was not running.
        package internal(set) var fault: String?
        /// When it acted, right before its reply; nil while it waits or hangs.
        package internal(set) var end: Moment?
        /// The status that was sent; nil while it waits, and if no reply was sent.
        package internal(set) var status: Int?
        /// Whether it changed a partition.
        package internal(set) var changedState = false
        /// The GUIDs that it made members of a partition which their ports' PKey tables have no room for.
        package internal(set) var overflowed: [UInt64] = []

        /// Whether it asked for something other than reading, successful or not.
        package var isWrite: Bool { method != "GET" && method != "HEAD" }

        /// The time from arrival to reply in milliseconds.
        package var milliseconds: Double? {
            end.map { Double($0.monotonic - start.monotonic) / 1_000_000 }
        }
    }
}

/// The newest requests in order of their arrival.
struct RequestLog {
    private(set) var records: [UFMSimulator.RequestRecord] = []
    private var nextSequence = 1
    private let limit: Int

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Notes an arrival and answers its sequence number.
    mutating func begin(
        _ request: SimulatedRequest, node: Int, fault: String?, at now: Moment
    ) -> Int {
        // Dropping many at once keeps the cost of a request constant.
        if records.count >= 2 * limit { records.removeFirst(limit) }
        let record = UFMSimulator.RequestRecord(
            sequence: nextSequence, method: request.method, path: request.target,
            body: String(decoding: request.body, as: UTF8.self), node: node, start: now, fault: fault)
        records.append(record)
        nextSequence += 1
        return record.sequence
    }

    /// Notes an end, with the status that was sent and the model's own answer; nil if the record has been dropped by then.
    mutating func end(
        _ sequence: Int, status: Int?, from answer: SimulatedResponse? = nil, fault: String? = nil,
        at now: Moment
    ) -> UFMSimulator.RequestRecord? {
        let index = sequence - nextSequence + records.count
        guard records.indices.contains(index) else { return nil }
        records[index].end = now
        records[index].status = status
        if let fault { records[index].fault = fault }
        records[index].changedState = answer?.changedState ?? false
        records[index].overflowed = answer?.overflowed ?? []
        return records[index]
    }
}
