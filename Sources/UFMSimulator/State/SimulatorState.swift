import Synchronization

extension UFMSimulator {
    /// What a condition of `waitFor` looks at.
    package struct State: Sendable {
        /// The partitions by number, `management` among them.
        package let partitions: [UInt16: Partition]
        /// When one last changed.
        package let lastUpdated: Moment?
        /// The request log, oldest first.
        package let requests: [RequestRecord]
        /// Whether the subnet manager has dropped all partitions because it cannot parse its file.
        package let isFileBroken: Bool
        let tables: PKeyTables
        let tableSize: Int

        /// The partitions that found no room in the PKey table of a port, though REST shows it as their member.
        package var overflow: [UInt64: [UInt16]] { tables.overflow(size: tableSize) }
    }
}

/// Everything that changes while the simulator runs, behind one lock.
final class SimulatorState: Sendable {
    struct Contents {
        var model: UFMModel
        var log: RequestLog
        var faults: [UFMSimulator.Fault] = []
        var waits: [Int: Wait] = [:]
        var nextWait = 0
        var isStopped = false

        var snapshot: UFMSimulator.State {
            UFMSimulator.State(
                partitions: model.partitions, lastUpdated: model.lastUpdated, requests: log.records,
                isFileBroken: model.isFileBroken, tables: model.tables, tableSize: model.switches.tableSize)
        }

        /// Takes out the waits whose condition holds.
        mutating func fulfilled() -> [Waiter] {
            guard !waits.isEmpty else { return [] }
            let snapshot = snapshot
            var done: [Waiter] = []
            for (id, wait) in waits {
                guard case .waiting(let waiter) = wait, waiter.condition(snapshot) else { continue }
                waits[id] = nil
                done.append(waiter)
            }
            return done
        }
    }

    /// A request that has arrived and not acted yet.
    struct Arrival: Sendable {
        let sequence: Int
        let request: SimulatedRequest
        let fault: UFMSimulator.Fault?
    }

    let contents: Mutex<Contents>

    init(model: UFMModel, logLimit: Int) {
        contents = Mutex(Contents(model: model, log: RequestLog(limit: logLimit)))
    }

    /// The state at this moment.
    var snapshot: UFMSimulator.State {
        contents.withLock { $0.snapshot }
    }

    /// The answers to open questions.
    var switches: UFMSimulator.Switches {
        contents.withLock { $0.model.switches }
    }

    /// The faults that are left.
    var faults: [UFMSimulator.Fault] {
        contents.withLock { $0.faults }
    }

    func changeFaults(_ change: (inout [UFMSimulator.Fault]) -> Void) {
        contents.withLock { change(&$0.faults) }
    }

    /// Notes a request and takes the fault that is due to it.
    func arrive(_ request: SimulatedRequest) -> Arrival {
        change { contents in
            let fault = contents.faults.take(for: request)
            let sequence = contents.log.begin(request, fault: fault?.kind.name, at: .now())
            return Arrival(sequence: sequence, request: request, fault: fault)
        }
    }

    /// Notes a request that comes a second time by itself; no fault happens to it.
    func arriveAgain(_ request: SimulatedRequest) -> Arrival {
        change { contents in
            let sequence = contents.log.begin(request, fault: "duplicate", at: .now())
            return Arrival(sequence: sequence, request: request, fault: nil)
        }
    }

    /// Acts on a request if it is to act, and notes its end with the response chosen for it.
    func settle(
        _ arrival: Arrival, acts: Bool, choose: (SimulatedResponse?) -> SimulatedResponse?
    ) -> (response: SimulatedResponse?, record: UFMSimulator.RequestRecord?, wakeAfter: Int?) {
        change { contents in
            let now = UFMSimulator.Moment.now()
            let answer = acts ? contents.model.answer(arrival.request, at: now) : nil
            let response = choose(answer)
            let record = contents.log.end(arrival.sequence, status: response?.status, from: answer, at: now)
            return (response, record, answer?.wakeAfter)
        }
    }

    /// Does in the model what is due by now.
    func advance() {
        changeModel { $0.advance(to: .now()) }
    }

    /// Changes the model without a request.
    func changeModel(_ change: (inout UFMModel) -> Void) {
        self.change { change(&$0.model) }
    }

    private func change<Value: Sendable>(_ change: (inout Contents) -> Value) -> Value {
        let (value, fulfilled) = contents.withLock { contents in
            let value = change(&contents)
            return (value, contents.fulfilled())
        }
        for waiter in fulfilled { waiter.continuation.resume(returning: .success(())) }
        return value
    }
}
