package import Fabric
import Planning
package import UFMClient

/// Carries out steps, and asks the planner for the way round where UFM refuses one.
package struct PartitionWriter: Sendable {
    private let client: UFMClient
    private let planner: Planner

    /// A writer whose planner has the client's limits, and the flags of the steps.
    package init(_ client: UFMClient) {
        self.client = client
        planner = Planner(enforcesFlags: true, limits: client.configuration.limits)
    }

    /// What came of the steps of one partition.
    package struct Report: Sendable {
        /// What came of the last one.
        package fileprivate(set) var outcome = StepOutcome.done
        /// The first refusal of a step that was then made in another way.
        package fileprivate(set) var refusal: UFMError?
        /// Whether a quality of service comes with UFM's next restart.
        package fileprivate(set) var isAfterRestart = false
    }

    /// Carries out the steps of one partition in their order; the first that fails ends it.
    ///
    /// The error is one of them all: where a step before it was obeyed, its outcome is unknown. It names the GUIDs that UFM
    /// refused one by one, which keep no others out.
    ///
    /// - Parameter progress: called as GUIDs are settled, with all that the steps name as the total.
    @discardableResult
    package func perform(
        _ steps: [PlanStep], progress: UFMClient.MemberProgress? = nil
    ) async throws(UFMError) -> Report {
        var course = WriteCourse(steps, planner: planner)
        var account = StepAccount(steps, report: progress)
        var report = Report()
        // "Not found" is said of what is missing because another way was refused.
        var refusals: [UFMError] = []
        do throws(UFMError) {
            while let step = course.next {
                let outcome = try await client.perform(
                    step, isKnownThere: course.isThere, progress: account.progress(refused: course.refused.count))
                guard let (setback, refusal) = outcome.setback else {
                    course.succeeded()
                    account.settle(step, outcome)
                    report.outcome = outcome
                    report.isAfterRestart = report.isAfterRestart || outcome == .afterRestart
                    continue
                }
                account.note(refusal)
                report.refusal = report.refusal ?? refusal
                refusals.append(refusal)
                try await goRound(&course, step.pkey, setback, refusals)
            }
            if let refusal = account.refusal, !course.refused.isEmpty { throw refusal }
        } catch {
            throw error.asPart(ofChange: account.hasChanged, refused: course.refused)
        }
        return report
    }

    private func goRound(
        _ course: inout WriteCourse, _ pkey: PKey, _ setback: WriteCourse.Setback, _ refusals: [UFMError]
    ) async throws(UFMError) {
        guard let refusal = refusals.last else { return }
        var turn = course.met(setback)
        while turn != .goOn {
            switch turn {
            case .goOn: break
            case .read:
                do throws(UFMError) {
                    turn = course.read(try await client.partition(pkey.number))
                } catch {
                    // A refusal has changed nothing, so that what matters now is the read that failed.
                    throw refusal.outcome == .unknown ? refusal : error
                }
            case .askAboutEmptyPartitions:
                turn = course.keepsEmptyPartitions(try await client.keepsEmptyPartitions())
            case .giveUp: throw refusals.last { $0.status != 404 } ?? refusal
            }
        }
    }
}

/// How far several steps have come.
private struct StepAccount {
    private let total: Int
    private let report: UFMClient.MemberProgress?
    private var settled = 0
    /// Whether something has changed, as far as we know.
    private(set) var hasChanged = false
    /// The first refusal that there was a way round.
    private(set) var refusal: UFMError?

    init(_ steps: [PlanStep], report: UFMClient.MemberProgress?) {
        total = steps.reduce(0) { $0 + $1.count }
        self.report = report
    }

    /// What a step is to call as its own GUIDs are settled, when these many were refused before it.
    func progress(refused: Int) -> UFMClient.MemberProgress? {
        guard let report else { return nil }
        return { [total, before = settled + refused] done, _ in report(min(before + done, total), total) }
    }

    mutating func settle(_ step: PlanStep, _ outcome: StepOutcome) {
        settled += step.count
        hasChanged = hasChanged || outcome == .done || outcome == .afterRestart
    }

    mutating func note(_ refusal: UFMError) {
        self.refusal = self.refusal ?? refusal
        hasChanged = hasChanged || refusal.outcome == .unknown
    }
}
