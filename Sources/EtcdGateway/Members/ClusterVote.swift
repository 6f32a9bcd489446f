/// Which cluster is ours, where nobody has said: each configured name has one vote, whichever of its addresses answers. Pure.
///
/// A member that was wiped and came back alone, or a wrong host in the list, is a cluster of its own.
struct ClusterVote: Sendable {
    /// What a name has to say.
    enum Ballot: Hashable, Sendable {
        case cluster(UInt64)
        /// It does not answer, and may yet.
        case silent
        /// It answers, and is no etcd that we could trust.
        case noVote
    }

    enum Outcome: Hashable, Sendable {
        case elected(UInt64)
        /// Some have not answered yet.
        case open
        /// Nobody has a vote.
        case nobody
        /// Several clusters answer, and none has a majority.
        case split
    }

    /// For so long names that are silent are waited for, where those that answer agree without being most.
    static let patience = Duration.seconds(10)

    private(set) var ballots: [EtcdEndpoint: Ballot] = [:]
    private let names: Set<EtcdEndpoint>

    init(_ names: [EtcdEndpoint]) {
        self.names = Set(names)
    }

    mutating func take(_ ballot: Ballot, of name: EtcdEndpoint) {
        ballots[name] = ballot
    }

    /// The names that have yet to say something.
    var missing: [EtcdEndpoint] { names.filter { ballots[$0, default: .silent] == .silent }.sorted { $0.url < $1.url } }

    /// - Parameter isTimeUp: whether nobody is waited for any more.
    func outcome(isTimeUp: Bool) -> Outcome {
        var votes: [UInt64: Int] = [:]
        for case .cluster(let id) in ballots.values { votes[id, default: 0] += 1 }
        if let (id, count) = votes.max(by: { $0.value < $1.value }), 2 * count > names.count { return .elected(id) }
        guard let id = votes.keys.first else { return ballots.count < names.count ? .open : .nobody }
        guard missing.isEmpty || isTimeUp else { return .open }
        return votes.count == 1 ? .elected(id) : .split
    }
}
