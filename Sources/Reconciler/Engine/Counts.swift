internal import Fabric

/// What has happened so far. Pure.
struct Counts: Sendable {
    /// All drift that was found since the start.
    var drift = Drift()
    var report = UnmanagedReport()
    /// What the policy leaves undone, as of the last look.
    var leftUndone: [PKey] = []
}
