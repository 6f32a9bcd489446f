internal import Fabric
internal import Planning

/// What a run has sent so far, and how far that has been seen: one step after the other, and none before the one before it
/// is seen.
struct Attempt: Sendable {
    /// How often a partition is read for what was added to it, and how long each read comes after the one before: reads of
    /// UFM may lag behind its writes.
    static let pauses: [Duration] = [.seconds(1), .seconds(4)]
    /// So many requests make the longest way there is: a replacement that is not done, a removal, that once more, an addition.
    /// Whoever needs more has somebody against him.
    private static let mostWrites = 5

    /// The last one.
    private(set) var step: PlanStep
    /// How the next ones are to be made.
    private(set) var strategy: WriteStrategy
    /// Whether nothing is to follow, as far as was planned.
    private(set) var isLast: Bool
    private var writes = 1
    /// Whether a removal has been sent once more.
    private var hasRepeated = false
    /// How often it was looked for in vain what the last one was to add.
    private var misses = 0
    /// What became of the last one where UFM did not take it: the way round.
    private(set) var refusal: StepRefusal?
    private var course: WriteCourse?
    /// The other way, where the partition is not there.
    private(set) var other: PlanStep?

    /// The first step.
    ///
    /// - Parameter isLast: whether the plan has no other.
    init(_ step: PlanStep, strategy: WriteStrategy, isLast: Bool = true) {
        self.step = step
        self.strategy = strategy
        self.isLast = isLast
    }

    /// What comes after a read that did not show the last step.
    enum Sequel: Sendable {
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
                changed {
                    $0.strategy = .wholeLast
                    $0.hasRepeated = true
                })
        case .notThere where misses < Self.pauses.count: .patience(changed { $0.misses += 1 }, Self.pauses[misses])
        case .notGone, .notThere, .done: .end
        }
    }

    /// The next step, after this one was seen, or is sent once more as a removal; nil where it is the same again, or one
    /// too many.
    func next(_ following: PlanStep, isLast: Bool) -> Attempt? {
        guard writes < Self.mostWrites, following != step || hasRepeated || refusal != nil else { return nil }
        return changed {
            ($0.step, $0.isLast) = (following, isLast)
            $0.writes += 1
            ($0.misses, $0.refusal, $0.course, $0.other) = (0, nil, nil, nil)
        }
    }

    /// The other way is taken.
    func turning(to other: PlanStep) -> Attempt {
        changed { ($0.step, $0.refusal, $0.other) = (other, nil, nil) }
    }

    private func changed(_ change: (inout Attempt) -> Void) -> Attempt {
        var attempt = self
        change(&attempt)
        return attempt
    }
}

// MARK: The way round

extension Attempt {
    /// What is to be done where UFM does not take a step.
    enum Detour: Sendable {
        /// The partition is to be read: by what it is then, another way is taken.
        case read(Attempt)
        case none
    }

    /// UFM has not taken the step.
    func met(_ refusal: StepRefusal, _ planner: Planner) -> Detour {
        switch step {
        // What the partition is decides who is to be removed and who is to be added.
        case .replace, .delete:
            return .read(
                changed {
                    $0.refusal = refusal
                    $0.strategy = .wholeLast
                })
        case .create:
            var course = course ?? WriteCourse([step], planner: planner)
            return detour(course.met(refusal.setback), course, refusal)
        case .add, .remove, .setQoS: return .none
        }
    }

    /// The partition that was to be made is not there, as a read shows.
    func missed() -> Detour {
        guard var course, let refusal else { return .none }
        return detour(course.read(nil), course, refusal)
    }

    private func detour(_ turn: WriteCourse.Turn, _ course: WriteCourse, _ refusal: StepRefusal) -> Detour {
        var (turn, course) = (turn, course)
        if turn == .askAboutEmptyPartitions { turn = course.keepsEmptyPartitions(refusal.keepsEmpty) }
        switch turn {
        case .goOn:
            guard let next = course.next else { return .none }
            return .read(
                changed {
                    ($0.other, $0.course, $0.refusal) = (next, course, refusal)
                })
        case .read:
            return .read(
                changed {
                    ($0.other, $0.course, $0.refusal) = (nil, course, refusal)
                })
        case .askAboutEmptyPartitions, .giveUp: return .none
        }
    }
}
