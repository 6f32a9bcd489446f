internal import Fabric

/// Whether the fabric manager lets us change anything at all, by what it said to our writes. Pure.
///
/// One partition may be refused to us while others are not. But where two are and no write was taken in between, the user may
/// read and not write: that is told once, and then one write at a time is tried, less and less often, until one is taken.
struct WriteRefusals: Sendable {
    /// What there is to tell of a partition that is not in step.
    enum Words: Hashable, Sendable {
        case nothing
        /// It is told of this partition.
        case partition
        /// It is told of all.
        case everything
    }

    /// A write was taken where others had been refused.
    struct Relief: Hashable, Sendable {
        /// How long nothing was taken; nil where that was not known of all.
        let after: Duration?
        /// What was refused, or not even sent, in ascending order: it may be taken now.
        let pkeys: [PKey]
    }

    /// Nothing is taken.
    private struct Refusing: Sendable {
        let since: Duration
        let failure: Failure
        var isTold = false
        var tries = 0
        /// When one write may be sent again.
        var nextTry: Duration
        var lastTry: Duration
        /// When somebody is to be asked for it.
        var askAt: Duration
        /// The partition whose write is under way; and whether something new was wanted meanwhile.
        var trying: PKey?
        var isHurried = false
        /// The one that was asked for last.
        var asked: PKey?
    }

    private static let (firstPause, longestPause) = (Duration.seconds(1), Duration.seconds(60))

    /// Partitions whose writes were refused to us since one was last taken, each with what was said.
    private var refused: [PKey: Failure] = [:]
    /// Partitions that were refused before that, and have not been taken since: to these the refusal is their own.
    private var own: Set<PKey> = []
    /// Those whose trouble has yet to be told, should it turn out to be their own.
    private var untold: Set<PKey> = []
    /// Those whose writes were not sent, since nothing is taken.
    private var unsent: Set<PKey> = []
    private var refusing: Refusing?

    // MARK: Writes

    /// Why the next write is not to be sent now; nil where it may be.
    func failure(now: Duration) -> Failure? {
        guard let refusing, now < refusing.nextTry || refusing.trying != nil else { return nil }
        return refusing.failure
    }

    mutating func sending(_ pkey: PKey, now: Duration) {
        refusing?.trying = pkey
        refusing?.isHurried = false
        refusing?.lastTry = now
    }

    /// A write has been answered; says whom that sets free.
    mutating func answered(_ result: Result<StepAnswer, Failure>, of pkey: PKey, now: Duration) -> Relief? {
        let wasTrying = refusing?.trying == pkey
        if wasTrying { refusing?.trying = nil }
        switch result {
        // What is said against a partition is said to somebody who may change it.
        case .success:
            let relief = Relief(
                after: refusing.map { now - $0.since }, pkeys: unsent.union(refused.keys).sorted())
            own = own.union(refused.keys).subtracting([pkey])
            untold.remove(pkey)
            (refused, refusing, unsent) = ([:], nil, [])
            return relief.pkeys.isEmpty ? nil : relief
        case .failure(let failure) where failure.isOfUs:
            if refusing == nil, own.contains(pkey) { return nil }
            refused[pkey] = failure
            if refusing == nil, refused.count > 1 {
                let next = now + Self.firstPause
                refusing = Refusing(since: now, failure: failure, nextTry: next, lastTry: now, askAt: next)
            } else if wasTrying {
                putOff(now: now)
            }
        // It may be of the moment.
        case .failure:
            if wasTrying { putOff(now: now) }
        }
        return nil
    }

    private mutating func putOff(now: Duration) {
        guard var known = refusing else { return }
        known.tries += 1
        let pause = min(Self.firstPause * (1 << min(known.tries, 10)), Self.longestPause)
        known.nextTry = now + (known.isHurried ? Self.firstPause : pause)
        known.askAt = known.nextTry
        refusing = known
    }

    // MARK: Words

    /// A partition is not in step; says what is to be told of it.
    ///
    /// - Parameters:
    ///   - isNews: whether that, or why, is news.
    ///   - othersCome: whether there are writes of other partitions to come, by which one is told from all.
    mutating func words(on pkey: PKey, _ failure: Failure, isNews: Bool, othersCome: Bool) -> Words {
        guard failure.isOfUs, refused[pkey] == failure || refusing?.failure == failure || own.contains(pkey) else {
            return isNews ? .partition : .nothing
        }
        if refusing != nil {
            if refused[pkey] == nil { unsent.insert(pkey) } else { untold.insert(pkey) }
            defer { refusing?.isTold = true }
            return refusing?.isTold == true ? .nothing : .everything
        }
        if !own.contains(pkey), isNews, othersCome {
            untold.insert(pkey)
            return .nothing
        }
        return untold.remove(pkey) != nil || isNews ? .partition : .nothing
    }

    // MARK: Time

    /// Something new is wanted: the next write does not wait for its time.
    mutating func hurry(now: Duration) {
        guard var known = refusing else { return }
        known.isHurried = true
        known.nextTry = min(known.nextTry, max(now, known.lastTry + Self.firstPause))
        refusing = known
    }

    /// When a partition is to be asked for that a write may be tried with.
    var next: Duration? { refusing.flatMap { $0.trying == nil ? $0.askAt : nil } }

    /// The partition that is to be asked for now; it is, from here on.
    mutating func due(now: Duration) -> PKey? {
        guard let next, next <= now else { return nil }
        refusing?.askAt = now + Self.longestPause
        // Each in its turn, sent before or not: one that fails for reasons of its own must not keep the others waiting.
        let waiting = unsent.union(refused.keys)
        let pkey = waiting.filter { pkey in refusing?.asked.map { pkey > $0 } ?? true }.min() ?? waiting.min()
        refusing?.asked = pkey
        return pkey
    }
}

extension Failure {
    /// Whether it is we who are refused, and not what was asked for.
    fileprivate var isOfUs: Bool {
        switch cause {
        case .credentials, .permission: true
        case .unreachable, .timedOut, .connectionLost, .tls, .untrustedCertificate, .tooLarge, .cancelled, .unavailable,
            .busy, .noLeader, .full, .credentialsMissing, .certificateName, .rejected, .serverError, .history,
            .malformed, .incomplete, .notShown, .leaseEnded, .settings, .unreadable, .unwritable:
            false
        }
    }
}
