internal import Synchronization
internal import Transport

/// Of several endpoints that are asked for one thing, what one of them has come to.
private enum Word<Answer: Sendable>: Sendable {
    case answered(Result<Answer, EtcdError>, by: EtcdEndpoint)
    /// So many had been asked a while ago.
    case late(asked: Int)
}

/// How one request is brought to the endpoints.
extension MemberClient {
    /// One attempt at an endpoint, within a time.
    package typealias Attempt<Answer> =
        @Sendable (EtcdEndpoint, Duration) async throws(EtcdError) -> Answer

    /// How long an endpoint may take before the next one is asked as well: longer than a member in good health does.
    static var hedge: Duration { .seconds(1) }

    /// How long one member may take; etcd itself gives up after 7 s.
    package static var attemptLimit: Duration { .seconds(10) }

    /// Brings one request to as many endpoints as it takes and as is safe.
    ///
    /// A read goes to the next endpoint when one fails, or takes longer than members do. A write goes there only if the last
    /// one certainly did nothing, and to none that has not shown itself to be etcd where there are others.
    ///
    /// - Parameter last: the name of an endpoint to ask only when no other answers.
    package func bring<Answer: Sendable>(
        _ attempt: @escaping Attempt<Answer>, effect: CallEffect, operation: String, last: EtcdEndpoint? = nil
    ) async throws(EtcdError) -> (Answer, EtcdEndpoint) {
        let deadline = ContinuousClock.now + configuration.timeout
        do throws(EtcdError) {
            try await settle()
        } catch {
            throw error.during(operation, at: error.endpoint).ofPreparation
        }
        var order = members.order(of: await places(), last: last)
        switch effect {
        case .read: return try await race(order, attempt, operation, until: deadline, isChoice: last == nil)
        case .write:
            if let first = order.first, !mayTakeWrites(first, amongst: order.count) {
                do throws(EtcdError) {
                    _ = try await recognise(order, operation, until: deadline)
                } catch {
                    throw error.ofPreparation
                }
                order = members.order(of: order)
            }
            return try await oneAfterTheOther(order, attempt, operation, until: deadline)
        }
    }

    /// Asks one endpoint after the other for something that changes nothing, and two at once where one takes long; gives the
    /// first answer.
    func race<Answer: Sendable>(
        _ order: [EtcdEndpoint], _ attempt: @escaping Attempt<Answer>, _ operation: String,
        until deadline: ContinuousClock.Instant, isChoice: Bool
    ) async throws(EtcdError) -> (Answer, EtcdEndpoint) {
        let patience = configuration.patience ?? min(Self.hedge, configuration.timeout / (order.count + 1))
        let user = configuration.login?.user
        let result = await withTaskGroup(of: Word<Answer>.self) {
            group -> Result<(Answer, EtcdEndpoint), EtcdError> in
            defer { group.cancelAll() }
            var (asked, running, failures) = (0, 0, [EtcdError]())
            // Those that have kept us waiting longer than they should.
            var slow: Set<EtcdEndpoint> = []
            func askNext() {
                let remaining = ContinuousClock.now.duration(to: deadline)
                guard remaining > .zero, asked < order.count else { return }
                let endpoint = order[asked]
                asked += 1
                running += 1
                let limit = min(remaining, Self.attemptLimit)
                group.addTask {
                    .answered(
                        await Result { () async throws(EtcdError) in try await attempt(endpoint, limit) }, by: endpoint)
                }
                guard asked < order.count else { return }
                group.addTask { [asked] in
                    try? await Task.sleep(for: patience)
                    return .late(asked: asked)
                }
            }
            askNext()
            for await word in group {
                switch word {
                case .late(let then):
                    slow.insert(order[then - 1])
                    if then == asked { askNext() }
                case .answered(.success(let answer), let endpoint):
                    for other in slow where other != endpoint { members.failed(other) }
                    members.answered(endpoint, isChoice: isChoice)
                    members.tell(of: failures)
                    return .success((answer, endpoint))
                case .answered(.failure(let failure), let endpoint):
                    running -= 1
                    slow.remove(endpoint)
                    let error = failure.during(operation, at: endpoint, by: user)
                    if error.belongsToEndpoint { members.failed(endpoint) }
                    guard error.leadsOn(.read), !Task.isCancelled else { return .failure(error) }
                    failures.append(error)
                    if running == 0 { askNext() }
                    if running == 0 { return .failure(EtcdError.worthTelling(of: failures)) }
                }
            }
            return .failure(failures.last ?? Self.late(operation))
        }
        return try result.get()
    }

    /// Asks one endpoint after the other for a change, each only when the one before certainly made none.
    func oneAfterTheOther<Answer: Sendable>(
        _ order: [EtcdEndpoint], _ attempt: @escaping Attempt<Answer>, _ operation: String,
        until deadline: ContinuousClock.Instant
    ) async throws(EtcdError) -> (Answer, EtcdEndpoint) {
        var failures: [EtcdError] = []
        for endpoint in order {
            let remaining = ContinuousClock.now.duration(to: deadline)
            guard remaining > .zero else { break }
            do throws(EtcdError) {
                let limit = min(remaining, Self.attemptLimit)
                if !mayTakeWrites(endpoint, amongst: order.count) {
                    try await prepare(endpoint, operation, until: deadline)
                }
                let answer =
                    order.count > 1
                    ? try await whileAlive(endpoint) { () async throws(EtcdError) in try await attempt(endpoint, limit)
                    }
                    : try await attempt(endpoint, limit)
                members.answered(endpoint, isChoice: true)
                members.tell(of: failures)
                return (answer, endpoint)
            } catch {
                let error = error.during(operation, at: endpoint, by: configuration.login?.user)
                if error.belongsToEndpoint { members.failed(endpoint) }
                guard error.leadsOn(.write) else { throw error }
                failures.append(error)
            }
        }
        throw failures.isEmpty ? Self.late(operation) : EtcdError.worthTelling(of: failures)
    }

    /// Asks one endpoint after the other for something that lasts, such as a watch, and stays with the first that takes it.
    package func firstToTake<Value>(
        _ operation: String, _ attempt: (EtcdEndpoint) async throws(EtcdError) -> Value
    ) async throws(EtcdError) -> Value {
        do throws(EtcdError) {
            try await settle()
        } catch {
            throw error.during(operation, at: error.endpoint)
        }
        var failures: [EtcdError] = []
        for endpoint in members.order(of: await places()) {
            do throws(EtcdError) {
                let value = try await attempt(endpoint)
                members.answered(endpoint, isChoice: true)
                members.tell(of: failures)
                return value
            } catch {
                let error = error.during(operation, at: endpoint, by: configuration.login?.user)
                if error.belongsToEndpoint { members.failed(endpoint) }
                guard error.leadsOn(.read) else { throw error }
                failures.append(error)
            }
        }
        throw EtcdError.worthTelling(of: failures)
    }

    /// Whether an endpoint is known well enough to be sent a change: what is written to a stray one is written there.
    func mayTakeWrites(_ endpoint: EtcdEndpoint, amongst count: Int) -> Bool {
        count == 1 && election.cluster == nil || members.isRecognised(endpoint, as: election.cluster)
    }

    private func prepare(
        _ endpoint: EtcdEndpoint, _ operation: String, until deadline: ContinuousClock.Instant
    ) async throws(EtcdError) {
        do throws(EtcdError) {
            _ = try await whileAlive(endpoint) { () async throws(EtcdError) in
                try await self.recognise([endpoint], operation, until: deadline, isChoice: false)
            }
        } catch {
            throw error.ofPreparation
        }
    }

    /// Finds an endpoint that is etcd, whatever it says of what we may do there.
    ///
    /// - Parameter isChoice: whether it is asked first from then on.
    func recognise(
        _ order: [EtcdEndpoint], _ operation: String, until deadline: ContinuousClock.Instant, isChoice: Bool = true
    ) async throws(EtcdError) -> EtcdEndpoint {
        try await race(
            order,
            { (endpoint, limit) async throws(EtcdError) in
                do throws(EtcdError) {
                    try await self.question(endpoint, within: limit)
                } catch let error where error.kind == .permissionDenied {
                    // Etcd's own words.
                }
            }, operation, until: deadline, isChoice: isChoice
        ).1
    }

    /// Whether any endpoint is at work: one cheap question.
    package func isAtWork() async -> Bool {
        do throws(EtcdError) {
            _ = try await recognise(
                members.order(of: await places()), "question", until: .now + min(configuration.timeout, .seconds(5)))
            return true
        } catch {
            return !error.isOutage && error.kind != .cancelled
        }
    }

    private static func late(_ operation: String) -> EtcdError {
        EtcdError(.unavailable, "no member answered in time", operation: operation, isOfPreparation: true)
    }
}

extension EtcdError {
    /// The one of several endpoints' errors that counts: the one that is most likely to mend itself. The others are named
    /// beside it.
    static func worthTelling(of failures: [EtcdError]) -> EtcdError {
        guard let least = failures.map(\.hopelessness).min(),
            let error = failures.last(where: { $0.hopelessness == least })
        else { return EtcdError(.unavailable, "no member answered in time", isOfPreparation: true) }
        return error.beside(failures.filter { $0.endpoint != error.endpoint && !$0.isOutage })
    }

    /// How little there is to hope for, from 0.
    private var hopelessness: Int {
        switch kind {
        case _ where isOutage: 0
        case .cancelled: 1
        case .otherCluster: 2
        case .malformedAnswer, .noGateway, .v2IsOff, .refused: 3
        case .refusedCredentials, .credentialsMissing: 4
        default: 5
        }
    }
}

extension Result {
    package init(catching body: @Sendable () async throws(Failure) -> Success) async {
        do throws(Failure) {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
