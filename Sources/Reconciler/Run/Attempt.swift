internal import Fabric
internal import Planning

/// What a run has sent so far, and how far that has been seen: one step after the other, and none before the one before it
/// is seen.
struct Attempt: Hashable, Sendable {
    /// How often a partition is read for what was added to it, and how long each read comes after the one before: reads of
    /// UFM may lag behind its writes.
    static let pauses: [Duration] = [.seconds(1), .seconds(4)]
    /// So many requests make the longest way there is: a replacement that is not done, a removal, that once more, an addition.
    /// Whoever needs more has somebody against him.
    private static let mostWrites = 5

    /// The last one.
    let step: PlanStep
    /// How the next ones are to be made.
    let strategy: WriteStrategy
    private let writes: Int
    /// Whether a removal has been sent once more.
    private let hasRepeated: Bool
    /// How often it was looked for in vain what the last one was to add.
    private let misses: Int

    /// The first step.
    init(_ step: PlanStep, strategy: WriteStrategy) {
        self.init(step, strategy: strategy, writes: 1, hasRepeated: false, misses: 0)
    }

    private init(_ step: PlanStep, strategy: WriteStrategy, writes: Int, hasRepeated: Bool, misses: Int) {
        self.step = step
        self.strategy = strategy
        self.writes = writes
        self.hasRepeated = hasRepeated
        self.misses = misses
    }

    /// What comes after a read that did not show the last step.
    enum Sequel: Hashable, Sendable {
        /// It is to be planned and sent once more at once, as a removal.
        case removal(Attempt)
        /// It is to be read once more after a while.
        case patience(Attempt, Duration)
        case end
    }

    /// - Parameter evidence: what the read shows; not that all is done.
    func unseen(_ evidence: StepEvidence) -> Sequel {
        switch evidence {
        case .notGone where !hasRepeated:
            .removal(
                Attempt(step, strategy: .removeThenAdd, writes: writes, hasRepeated: true, misses: 0))
        case .notThere where misses < Self.pauses.count:
            .patience(
                Attempt(
                    step, strategy: strategy, writes: writes, hasRepeated: hasRepeated, misses: misses + 1),
                Self.pauses[misses])
        case .notGone, .notThere, .done: .end
        }
    }

    /// The next step, after this one was seen, or is sent once more as a removal; nil where it is the same again, or one
    /// too many.
    func next(_ following: PlanStep) -> Attempt? {
        guard writes < Self.mostWrites, following != step || hasRepeated else { return nil }
        return Attempt(
            following, strategy: strategy, writes: writes + 1, hasRepeated: hasRepeated, misses: 0)
    }
}
