/// Why there can be no such UFM.
package enum UFMModelError: Error, Sendable, Equatable, CustomStringConvertible {
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

    /// One line for people.
    package var description: String {
        switch self {
        case .badPartition(let text, let reason): "partition \(text): \(reason)"
        case .badGUID(let text): "\(text) is not a GUID of 16 hex digits, with or without 0x"
        case .badUser(let text):
            "user \(text.prefix { $0 != ":" }): it is NAME:PASSWORD[:ROLE], the role one of "
                + User.Role.allCases.map(\.rawValue).joined(separator: ", ")
        case .badSwitch(let text): text
        case .badVersion(let text): "\(text) is not a UFM version such as 6.22.1-3"
        }
    }
}
