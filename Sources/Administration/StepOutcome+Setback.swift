package import Planning
package import UFMClient

extension StepOutcome {
    /// The same to the planner; nil for what is a success.
    package var setback: (WriteCourse.Setback, UFMError)? {
        switch self {
        case .done, .afterRestart, .alreadyThere, .wasAbsent: nil
        case .refusedWhole(let error):
            (.refusedWhole(isDoubtful: error.outcome == .unknown), error)
        case .noSuchPartition(let error): (.noSuchPartition, error)
        case .noSuchCall(let error): (.noSuchCall, error)
        }
    }
}
