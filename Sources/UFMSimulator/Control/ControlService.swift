import HTTPServing
import UFMModel

/// The simulator's own interface for people and scripts, apart from UFM's.
struct ControlService: Responder {
    let state: SimulatorState
    let node: Node
    let headers = [(name: "Server", value: "ufm-simulator-control")]

    /// What there is, for whoever asks for something else.
    private static let known = [
        "GET /state", "GET /state?format=table", "GET /table", "GET /log", "GET /faults", "POST /faults",
        "DELETE /faults", "GET /switches", "PUT /switches", "POST /scenario", "POST /restart", "POST /failover",
        "DELETE /failover", "POST /promote",
    ]

    func respond(to request: ServedRequest) -> PendingExchange {
        PendingExchange(ServedResponse(answer(SimulatedRequest(request))))
    }

    private func answer(_ request: SimulatedRequest) -> SimulatedResponse {
        do throws(SimulatorError) {
            return try request.method == "GET" ? show(request) : change(request)
        } catch {
            return .text(error.description + "\n", status: 400)
        }
    }

    private func show(_ request: SimulatedRequest) -> SimulatedResponse {
        switch request.path {
        case "/state" where request.query["format"] != "table":
            return .json(StateReport(state.snapshot).json + "\n")
        case "/state", "/table":
            return .text(StateReport(state.snapshot).table, status: 200)
        case "/log":
            return SimulatedResponse(
                status: 200, contentType: "application/x-ndjson",
                body: state.snapshot.requests.map { $0.json + "\n" }.joined())
        case "/faults":
            var json = JSONText()
            json.array { json in
                for fault in state.faults { FaultDocument.write(fault, to: &json) }
            }
            return .json(json.text + "\n")
        case "/switches":
            return .json(JSONText.object { $0.members(state.switches.values.map { ($0.name, $0.value) }) } + "\n")
        default:
            return Self.unknown
        }
    }

    private func change(_ request: SimulatedRequest) throws(SimulatorError) -> SimulatedResponse {
        switch (request.method, String(request.path)) {
        case ("POST", "/faults"):
            let fault = try Self.read(request.body) { field throws(JSONField.Failure) in try FaultDocument.read(field) }
            state.add([fault])
            return .json("{}\n", status: 201)
        case ("DELETE", "/faults"): state.clearFaults()
        case ("PUT", "/switches"):
            let settings = try Self.read(request.body) { field throws(JSONField.Failure) in
                try Scenario.readSwitches(field)
            }
            try state.set(settings)
        case ("POST", "/scenario"): try state.apply(ScenarioDocument(parsing: request.body))
        case ("POST", "/restart"): state.changeModel { $0.restart() }
        case ("POST", "/failover"): try failOver(request.body)
        case ("DELETE", "/failover"): node.endOutage()
        case ("POST", "/promote"): state.promote(node.id)
        default: return Self.unknown
        }
        return .json("{}\n")
    }

    /// Reads `{"duration":2000,"answer":"503"}`, milliseconds; both may be left out, without a duration it lasts until
    /// it is deleted.
    private func failOver(_ bytes: [UInt8]) throws(SimulatorError) {
        let (duration, answer) = try Self.read(bytes.isEmpty ? Array("{}".utf8) : bytes) {
            field throws(JSONField.Failure) in
            let members = try field.members(["duration", "answer"])
            let milliseconds = try members["duration"]?.integer(0...1_000_000_000) ?? 0
            let answer = try members["answer"]?.choice(Absence.self)
            return (milliseconds == 0 ? nil : Duration.milliseconds(milliseconds), answer)
        }
        node.beginOutage(for: duration, answer: answer ?? .serviceUnavailable)
    }

    private static func read<Value>(
        _ bytes: [UInt8], _ body: (JSONField) throws(JSONField.Failure) -> Value
    ) throws(SimulatorError) -> Value {
        do throws(JSONField.Failure) {
            return try body(JSONField(document: bytes))
        } catch {
            throw .badDocument(error.description)
        }
    }

    private static let unknown = SimulatedResponse.text("There is \(known.joined(separator: ", ")).\n", status: 404)
}
