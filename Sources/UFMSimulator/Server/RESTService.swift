import HTTPServing
import UFMModel

/// UFM's own interface: the model, with latency and faults in front of it.
struct RESTService: Responder {
    let state: SimulatorState
    let node: Int
    let latency: Duration
    let onRequestEnd: (@Sendable (UFMSimulator.RequestRecord) -> Void)?

    /// What UFM 6 was seen to send with every reply.
    let headers = [
        (name: "Server", value: "TwistedWeb/22.4.0"),
        (name: "Rest-Version", value: "1.6.0"),
        (name: "X-Frame-Options", value: "DENY"),
        (name: "X-Content-Type-Options", value: "nosniff"),
        (name: "X-XSS-Protection", value: "1; mode=block"),
        (name: "Content-Security-Policy", value: "script-src 'self'"),
    ]

    func respond(to request: ServedRequest) -> PendingExchange {
        let arrival = state.arrive(SimulatedRequest(request), at: node)
        var delay = latency
        if case .delay(let more) = arrival.fault?.kind { delay += more }
        return PendingExchange(after: delay) { settle(arrival) }
    }

    private func settle(_ arrival: SimulatorState.Arrival) -> SimulatedOutcome {
        switch arrival.fault?.kind {
        case nil, .delay:
            return finish(arrival, acts: true) { $0 }
        case .status(let status):
            let wish = arrival.fault?.retryAfter
            return finish(arrival, acts: false) { _ in
                var page = SimulatedResponse.page(status)
                if let wish { page.headers = [.init(name: "Retry-After", value: "\(wish.components.seconds)")] }
                return page
            }
        case .statusAfterActing(let status):
            return finish(arrival, acts: true) { _ in .page(status) }
        case .answer(let status, let contentType, let body):
            return finish(arrival, acts: false) { _ in
                SimulatedResponse(status: status, contentType: contentType, body: body)
            }
        case .hang:
            return SimulatedOutcome(action: .hang)
        case .cutBeforeActing:
            return finish(arrival, acts: false) { _ in nil }
        case .cutAfterActing:
            return finish(arrival, acts: true) { _ in nil }
        case .truncateBody:
            let outcome = finish(arrival, acts: true) { $0 }
            guard case .reply(let response) = outcome.action else { return outcome }
            return SimulatedOutcome(action: .truncate(response))
        case .repeatAfter(let delay):
            var outcome = finish(arrival, acts: true) { $0 }
            outcome.sequels.append(
                SimulatedOutcome.Sequel(delay: delay) {
                    _ = finish(state.arriveAgain(arrival.request, at: node), acts: true) { $0 }
                })
            return outcome
        }
    }

    private func finish(
        _ arrival: SimulatorState.Arrival, acts: Bool, choose: (SimulatedResponse?) -> SimulatedResponse?
    ) -> SimulatedOutcome {
        let settlement = state.settle(arrival, acts: acts, choose: choose)
        if let record = settlement.record { onRequestEnd?(record) }
        var outcome = SimulatedOutcome(action: settlement.response.map { .reply($0) } ?? .cut)
        if let milliseconds = settlement.wakeAfter {
            outcome.sequels.append(SimulatedOutcome.Sequel(delay: .milliseconds(milliseconds)) { state.advance() })
        }
        return outcome
    }
}
