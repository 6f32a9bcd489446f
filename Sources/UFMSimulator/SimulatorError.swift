/// Why the simulator could not do what it was asked.
package enum SimulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A partition to preload that UFM could not hold: its text and the reason.
    case badPartition(String, String)
    /// A text that is not a GUID.
    case badGUID(String)
    /// A user that is not NAME:PASSWORD[:ROLE].
    case badUser(String)
    /// A switch that does not exist, or has no such value: what was given and what there is.
    case badSwitch(String)
    /// A version that is not MAJOR.MINOR.PATCH[-BUILD].
    case badVersion(String)
    /// A scenario, a state file or a body of the control port that cannot be understood: file, place and reason.
    case badDocument(String)
    /// A file that cannot be read or written: its path and the reason.
    case file(String, String)
    /// A certificate that could not be made, read or used.
    case certificate(String)
    /// An address that could not be listened on.
    case listen(String)
    /// A condition that did not come true in time: its description and what the state was.
    case timedOut(String, String)
    /// The simulator was shut down while somebody waited.
    case stopped

    /// One line for people.
    package var description: String {
        switch self {
        case .badPartition(let text, let reason): "partition \(text): \(reason)"
        case .badGUID(let text): "\(text) is not a GUID of 16 hex digits, with or without 0x"
        case .badUser(let text):
            "user \(text.prefix { $0 != ":" }): it is NAME:PASSWORD[:ROLE], the role one of "
                + UFMSimulator.User.Role.allCases.map(\.rawValue).joined(separator: ", ")
        case .badSwitch(let text): text
        case .badVersion(let text): "\(text) is not a UFM version such as 6.22.1-3"
        case .badDocument(let text): text
        case .file(let path, let reason): "\(path): \(reason)"
        case .certificate(let text): "certificate: \(text)"
        case .listen(let text): "cannot listen on \(text)"
        case .timedOut(let what, let state): "timed out waiting for \(what); \(state)"
        case .stopped: "the simulator was shut down"
        }
    }
}
