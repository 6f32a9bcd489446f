internal import Fabric

/// Claims of many partitions at once, as at the first start: one transaction instead of many. Pure.
struct BatchClaims: Sendable {
    /// Fewer are claimed one by one, each by its own run.
    private static let least = 8
    /// etcd takes 128 conditions in a transaction, and each claim has three: its record, its key and the key's value.
    private static let largest = 40
    /// etcd takes a request of 1.5 MiB; the values that are compared are most of it.
    private static let mostBytes = 1 << 19

    /// What was asked for, and of which no run has taken charge since.
    private var claims: [PKey: NewClaim] = [:]

    /// The claims in as many batches as are needed; none where they are too few.
    static func batches(of claims: [(PKey, NewClaim)]) -> [[PKey: NewClaim]] {
        guard claims.count >= least else { return [] }
        var batches: [[PKey: NewClaim]] = []
        var (batch, bytes) = ([PKey: NewClaim](), 0)
        for (pkey, claim) in claims {
            let more = claim.key.value?.count ?? 0
            if batch.count == largest || (!batch.isEmpty && bytes + more > mostBytes) {
                batches.append(batch)
                (batch, bytes) = ([:], 0)
            }
            batch[pkey] = claim
            bytes += more
        }
        return batches + [batch]
    }

    var isEmpty: Bool { claims.isEmpty }

    func contains(_ pkey: PKey) -> Bool { claims[pkey] != nil }

    mutating func ask(_ batch: [PKey: NewClaim]) {
        claims.merge(batch) { $1 }
    }

    /// A run has begun: it knows better than a claim that was asked for before it.
    mutating func runBegan(_ pkey: PKey) {
        claims[pkey] = nil
    }

    /// The answer has come; says whether it is still worth something for this PKey.
    mutating func answered(_ pkey: PKey, _ claim: NewClaim) -> Bool {
        let isCurrent = claims[pkey] == claim
        if isCurrent { claims[pkey] = nil }
        return isCurrent
    }
}
