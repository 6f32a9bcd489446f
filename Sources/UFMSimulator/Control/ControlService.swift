import NIOHTTP1

/// The simulator's own interface for people and scripts, apart from UFM's: state, request log and faults.
struct ControlService: ExchangeService {
    let state: SimulatorState
    let headers: HTTPHeaders = ["Server": "ufm-simulator-control"]

    func begin(_ request: SimulatedRequest) -> PendingExchange {
        let response = answer(request)
        return PendingExchange(delay: .zero) { Outcome(action: .reply(response)) }
    }

    private func answer(_ request: SimulatedRequest) -> SimulatedResponse {
        switch (request.method, String(request.path)) {
        case ("GET", "/state") where request.query["format"] != "table":
            return .json(StateReport(state.snapshot).json + "\n")
        case ("GET", "/state"), ("GET", "/table"):
            return .text(StateReport(state.snapshot).table, status: 200)
        case ("GET", "/log"):
            return SimulatedResponse(
                status: 200, contentType: "application/x-ndjson",
                body: state.snapshot.requests.map { $0.json + "\n" }.joined())
        case ("POST", "/faults"):
            do throws(Refusal) {
                let fault = try UFMSimulator.Fault(controlBody: request.body)
                state.changeFaults { $0.append(fault) }
                return .json("{}\n", status: 201)
            } catch {
                return error.response
            }
        case ("DELETE", "/faults"):
            state.changeFaults { $0 = [] }
            return .json("{}\n")
        default:
            let known = "GET /state, GET /state?format=table, GET /table, GET /log, POST /faults, DELETE /faults"
            return .text("There is \(known).\n", status: 404)
        }
    }
}

extension UFMSimulator.Fault {
    /// Reads `{"kind":"delay","method":"POST","path":"/ufmRest/resources","count":1,"delay":500}`; all but the kind
    /// may be left out, the delay is in milliseconds, a count of 0 means until the faults are removed.
    init(controlBody bytes: [UInt8]) throws(Refusal) {
        guard case .object(let fields) = JSONValue(parsing: bytes) else {
            throw .badRequest("A fault is a JSON object.\n")
        }
        let known: Set<String> = ["kind", "method", "path", "count", "delay", "status"]
        if let stranger = fields.keys.sorted().first(where: { !known.contains($0) }) {
            throw .badRequest("There is no field \(stranger), there are \(known.sorted().joined(separator: ", ")).\n")
        }
        func text(_ name: String) throws(Refusal) -> String? {
            guard let value = fields[name] else { return nil }
            guard case .string(let text) = value else { throw .badRequest("\(name) must be a string.\n") }
            return text
        }
        func integer(_ name: String, default standard: Int) throws(Refusal) -> Int {
            guard let value = fields[name] else { return standard }
            guard let number = value.integer, number >= 0 else {
                throw .badRequest("\(name) must be a whole number.\n")
            }
            return number
        }
        let status = try integer("status", default: 503)
        let delay = Duration.milliseconds(try integer("delay", default: 1000))
        let kinds: [Kind] = [
            .status(status), .statusAfterActing(status), .delay(delay), .hang, .cutBeforeActing, .cutAfterActing,
            .truncateBody, .repeatAfter(delay),
        ]
        let name = try text("kind")
        guard let kind = kinds.first(where: { $0.name == name }) else {
            throw .badRequest("kind must be one of \(kinds.map(\.name).joined(separator: ", ")).\n")
        }
        guard (100...599).contains(status) else { throw .badRequest("status must be 100 to 599.\n") }
        let count = try integer("count", default: 1)
        self.init(kind, method: try text("method"), path: try text("path") ?? "/", count: count == 0 ? nil : count)
    }
}
