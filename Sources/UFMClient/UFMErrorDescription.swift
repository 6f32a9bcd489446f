import Fabric
import Transport

extension UFMError: CustomStringConvertible {
    /// One line: method, URL (long ones shortened), reason, status and what the server said.
    package var description: String {
        if case .transport(.credentialFile(let path, let reason)) = kind { return "\(path): \(reason)" }
        let target = "\(method) \(server)\(ServerWords.shortened(path, to: 120))"
        var line = "\(target): \(reason)"
        if let status { line += " (status \(status))" }
        if let serverWords { line += ": \(serverWords)" }
        if !refusedGUIDs.isEmpty {
            line += "; refused GUIDs: " + refusedGUIDs.map(\.description).joined(separator: ", ")
        }
        if outcome == .unknown { line += " [it may have been applied]" }
        return line
    }

    private var reason: String {
        switch kind {
        case .refusedCredentials: "UFM does not accept our credentials"
        case .unavailable(let wait):
            if let wait { "UFM is unavailable, retry after \(wait.components.seconds) s" } else { "UFM is unavailable" }
        case .transport(let error): ServerWords.oneLine(error.reason)
        case .rejected: "UFM refused the request"
        case .serverFailure: "UFM failed"
        case .malformedAnswer(let flaw): "the answer makes no sense: \(ServerWords.oneLine(flaw))"
        case .incompleteAnswer(let flaw): "the answer cannot be complete: \(ServerWords.oneLine(flaw))"
        case .invalidCall(let flaw): flaw
        }
    }
}
