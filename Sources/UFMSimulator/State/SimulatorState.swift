import Synchronization
package import UFMModel

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
        /// The hosts where UFM runs: 1 is the first simulator, and so on for those that share its model.
        package let activeNodes: Set<Int>
        let tables: PKeyTables
        let tableSize: Int

        /// The partitions that found no room in the PKey table of a port, though REST shows it as their member.
        package var overflow: [UInt64: [UInt16]] { tables.overflow(size: tableSize) }
    }
}

/// Everything that changes while the simulator runs, behind one lock.
final class SimulatorState: Sendable {
    struct Contents {
        var model: UFM
        var log: RequestLog
        var faults = FaultList()
        var stateFile: StateFile?
        var saved = 0
        var waits: [Int: Wait] = [:]
        var nextWait = 0
        var isStopped = false
        var nodes: [Int: Part] = [:]
        var nextNode = 0
        var nextOutage = 0

        var snapshot: UFMSimulator.State {
            UFMSimulator.State(
                partitions: model.partitions, lastUpdated: model.lastUpdated, requests: log.records,
                isFileBroken: model.isFileBroken,
                activeNodes: Set(nodes.filter { $0.value.absence(model.switches) == nil }.keys), tables: model.tables,
                tableSize: model.switches.tableSize)
        }

        /// Keeps the model in its file, if it has one and something has changed; answers what is wrong with the file.
        mutating func save() -> SimulatorError? {
            guard let stateFile, saved != model.keepsakes else { return nil }
            do throws(SimulatorError) {
                try stateFile.save(model)
                saved = model.keepsakes
                return nil
            } catch {
                return error
            }
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
        let node: Int
        let request: SimulatedRequest
        let fault: UFMSimulator.Fault?
    }

    let contents: Mutex<Contents>

    /// The state of a simulator that starts; with a state file it is what that holds.
    init(_ configuration: UFMSimulator.Configuration) throws(SimulatorError) {
        var model = try SimulatorError.ofModel { () throws(UFMModelError) in try UFM(configuration: configuration.ufm) }
        let stateFile = configuration.stateFile.map { StateFile($0) }
        try stateFile?.restore(&model)
        var contents = Contents(
            model: model, log: RequestLog(limit: configuration.requestLogLimit), stateFile: stateFile, saved: -1)
        contents.faults.add(configuration.faults, at: .now())
        if let error = contents.save() { throw error }
        self.contents = Mutex(contents)
    }

    /// The state at this moment.
    var snapshot: UFMSimulator.State {
        contents.withLock { $0.snapshot }
    }

    /// The answers to open questions.
    var switches: Switches {
        contents.withLock { $0.model.switches }
    }

    /// The faults that are left.
    var faults: [UFMSimulator.Fault] {
        contents.withLock { $0.faults.faults }
    }

    func add(_ faults: [UFMSimulator.Fault]) {
        contents.withLock { $0.faults.add(faults, at: .now()) }
    }

    func clearFaults() {
        contents.withLock { $0.faults.removeAll() }
    }

    /// Sets switches by their names, all of them or none.
    func set(_ settings: [(name: String, value: String)]) throws(SimulatorError) {
        var switches = switches
        for (name, value) in settings {
            try SimulatorError.ofModel { () throws(UFMModelError) in try switches.set(name, to: value) }
        }
        changeModel { [switches] model in model.switches = switches }
        startSettlingDoors()
    }

    /// Applies a scenario, or throws and changes nothing.
    func apply(_ scenario: ScenarioDocument) throws(SimulatorError) {
        let result: Result<Void, SimulatorError> = change { contents in
            do throws(SimulatorError) {
                var model = contents.model
                try SimulatorError.ofModel { () throws(UFMModelError) in try model.apply(scenario.ufm, at: .now()) }
                contents.model = model
                contents.faults.add(scenario.faults, at: .now())
                return contents.save().map { .failure($0) } ?? .success(())
            } catch {
                return .failure(error)
            }
        }
        startSettlingDoors()
        try result.get()
    }

    /// Notes a request to a host and takes the fault that is due to it; none happens where UFM is not running.
    func arrive(_ request: SimulatedRequest, at node: Int) -> Arrival {
        change { contents in
            let absence = contents.nodes[node]?.absence(contents.model.switches)
            let fault = absence == nil ? contents.faults.take(for: request, at: .now()) : nil
            let sequence = contents.log.begin(
                request, node: node, fault: absence?.reason ?? fault?.kind.name, at: .now())
            return Arrival(sequence: sequence, node: node, request: request, fault: fault)
        }
    }

    /// Notes a request that comes a second time by itself; no fault happens to it.
    func arriveAgain(_ request: SimulatedRequest, at node: Int) -> Arrival {
        change { contents in
            let sequence = contents.log.begin(request, node: node, fault: "duplicate", at: .now())
            return Arrival(sequence: sequence, node: node, request: request, fault: nil)
        }
    }

    /// What became of a request.
    struct Settlement: Sendable {
        let response: SimulatedResponse?
        let record: UFMSimulator.RequestRecord?
        let wakeAfter: Int?
    }

    /// Acts on a request if it is to act, and notes its end with the response chosen for it. A host where UFM is not
    /// running by now does not act, whatever ran when the request arrived.
    func settle(
        _ arrival: Arrival, acts: Bool, choose: (SimulatedResponse?) -> SimulatedResponse?
    ) -> Settlement {
        change { contents in
            let now = Moment.now()
            if let absence = contents.nodes[arrival.node]?.absence(contents.model.switches) {
                let response = absence.answer.status.map { SimulatedResponse.page($0) }
                let record = contents.log.end(
                    arrival.sequence, status: response?.status, fault: absence.reason, at: now)
                return Settlement(response: response, record: record, wakeAfter: nil)
            }
            let answer = acts ? contents.model.answer(arrival.request, at: now) : nil
            // What could not be kept was not recorded, and a UFM that cannot record answers so.
            let complaint = contents.save().map { SimulatedResponse.text($0.description, status: 500) }
            let response = choose(complaint ?? answer)
            let record = contents.log.end(arrival.sequence, status: response?.status, from: answer, at: now)
            return Settlement(response: response, record: record, wakeAfter: answer?.wakeAfter)
        }
    }

    /// Does in the model what is due by now.
    func advance() {
        changeModel { $0.advance(to: .now()) }
    }

    /// Changes the model without a request.
    func changeModel(_ change: (inout UFM) -> Void) {
        self.change { contents in
            change(&contents.model)
            _ = contents.save()
        }
    }

    func change<Value: Sendable>(_ change: (inout Contents) -> Value) -> Value {
        let (value, fulfilled) = contents.withLock { contents in
            let value = change(&contents)
            return (value, contents.fulfilled())
        }
        for waiter in fulfilled { waiter.continuation.resume(returning: .success(())) }
        return value
    }
}
