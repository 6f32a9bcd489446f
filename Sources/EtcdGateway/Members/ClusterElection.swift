internal import Synchronization
internal import Text

/// Which cluster is ours, once it is known; many that need to know it at once share one election.
package final class ClusterElection: Sendable {
    private struct Content {
        var choice: ClusterChoice
        var running: (result: SharedResult<Result<UInt64, EtcdError>>, task: Task<Void, Never>)?
    }

    private let content: Mutex<Content>

    package init(_ choice: ClusterChoice) {
        content = Mutex(Content(choice: choice))
    }

    /// Nil where every cluster is taken, and as long as nobody has said which is ours.
    var cluster: UInt64? {
        content.withLock { content in
            if case .pinned(let id) = content.choice { id } else { nil }
        }
    }

    /// Returns when it is known which cluster is ours.
    func settle(_ elect: @escaping @Sendable () async throws(EtcdError) -> UInt64) async throws(EtcdError) {
        let result: SharedResult<Result<UInt64, EtcdError>>? = content.withLock { content in
            guard content.choice == .elected else { return nil }
            if let running = content.running { return running.result }
            let result = SharedResult<Result<UInt64, EtcdError>>()
            // Not a child of the first caller: its cancellation must not fail the others. It ends by itself when the
            // endpoints have answered or the vote's patience is over.
            let task = Task {
                let answer = await Result { () async throws(EtcdError) in try await elect() }
                self.end(with: answer)
                result.set(answer)
            }
            content.running = (result, task)
            return result
        }
        guard let result else { return }
        guard let answer = await result.get() else { throw EtcdError(.cancelled, "cancelled") }
        _ = try answer.get()
    }

    private func end(with result: Result<UInt64, EtcdError>) {
        content.withLock { content in
            content.running = nil
            if case .success(let id) = result { content.choice = .pinned(id) }
        }
    }

    /// `0xcdf818194e3a8c32`
    package static func hex(_ id: UInt64?) -> String { id.map { "0x" + Hex.digits($0) } ?? "one without an id" }
}

extension MemberClient {
    /// The id of the cluster that is ours; nil where every one is taken, and before one is known.
    package var cluster: UInt64? { election.cluster }

    /// Returns when it is known which cluster is ours, where that matters.
    package func settle() async throws(EtcdError) {
        try await election.settle { [self] () async throws(EtcdError) in try await elect() }
    }

    /// Takes note of whose answer it is, and refuses one of another cluster than ours.
    ///
    /// - Parameter cluster: nil where the answer names none.
    package func check(_ cluster: UInt64?, of endpoint: EtcdEndpoint) throws(EtcdError) {
        guard let cluster else { return }
        members.note(cluster, of: endpoint)
        guard let ours = election.cluster, ours != cluster else { return }
        throw EtcdError(
            .otherCluster,
            "cluster \(ClusterElection.hex(cluster)) answers, and not \(ClusterElection.hex(ours)): not followed",
            endpoint: endpoint)
    }

    /// Asks all endpoints which cluster they are of, those that are silent again and again while others are waited for.
    private func elect() async throws(EtcdError) -> UInt64 {
        let deadline = ContinuousClock.now + ClusterVote.patience
        let names = configuration.endpoints.map(\.named)
        var vote = ClusterVote(names)
        var failures: [EtcdEndpoint: EtcdError] = [:]
        while true {
            await withTaskGroup(of: (EtcdEndpoint, Result<UInt64, EtcdError>).self) { group in
                let places = await places()
                for name in vote.missing {
                    group.addTask {
                        (
                            name,
                            await Result { () async throws(EtcdError) in
                                try await self.cluster(
                                    of: name, at: places.filter { $0.named == name }, until: deadline)
                            }
                        )
                    }
                }
                for await (name, result) in group {
                    switch result {
                    case .success(let id): vote.take(.cluster(id), of: name)
                    case .failure(let error):
                        failures[name] = error
                        vote.take(error.isOutage || error.kind == .cancelled ? .silent : .noVote, of: name)
                    }
                    guard case .open = vote.outcome(isTimeUp: ContinuousClock.now >= deadline) else { break }
                }
                group.cancelAll()
            }
            guard !Task.isCancelled else { throw EtcdError(.cancelled, "cancelled") }
            switch vote.outcome(isTimeUp: ContinuousClock.now >= deadline) {
            case .elected(let id): return id
            case .split: throw Self.split(vote)
            case .nobody: throw EtcdError.worthTelling(of: names.compactMap { failures[$0] })
            case .open: try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Which cluster answers at one of the addresses of a name.
    private func cluster(
        of name: EtcdEndpoint, at places: [EtcdEndpoint], until deadline: ContinuousClock.Instant
    ) async throws(EtcdError) -> UInt64 {
        let endpoint = try await recognise(
            places, "cluster id", until: max(deadline, .now + .seconds(2)), isChoice: false)
        if let id = members.cluster(of: endpoint) { return id }
        // One that refuses to say anything is etcd, and names no cluster: what it says is why.
        do throws(EtcdError) {
            try await question(endpoint, within: Self.attemptLimit)
        } catch {
            throw error.during("cluster id", at: endpoint, by: configuration.login?.user)
        }
        guard let id = members.cluster(of: endpoint) else {
            throw EtcdError(.malformedAnswer, "it names no cluster", operation: "cluster id", endpoint: endpoint)
        }
        return id
    }

    private static func split(_ vote: ClusterVote) -> EtcdError {
        let words = vote.ballots.sorted { $0.key.url < $1.key.url }.map { name, ballot in
            switch ballot {
            case .cluster(let id): "\(name.url) is of \(ClusterElection.hex(id))"
            case .silent: "\(name.url) is silent"
            case .noVote: "\(name.url) is no etcd of ours"
            }
        }
        return EtcdError(
            .otherCluster,
            "several clusters answer, and none of them at most endpoints: \(words.joined(separator: ", ")); nothing is done "
                + "before the list of endpoints is right, or --etcd-cluster-id says which is meant")
    }
}
