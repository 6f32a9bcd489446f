/// What can go wrong in the test harness itself; each message holds what a person needs to find the cause.
package enum HarnessError: Error, Equatable, Sendable {
    /// A program could not be started: not found, or refused by the system.
    case cannotStart(program: String, reason: String)
    /// A program ended with a failure, or before it was expected to.
    case commandFailed(command: String, status: ExitStatus, errors: String)
    /// A condition did not come true in time.
    case timedOut(waitingFor: String, after: Duration, detail: String)
    /// The task that waited was cancelled.
    case cancelled(waitingFor: String)
    /// A call to the operating system failed.
    case system(call: String, reason: String)
    /// A program of this package is not where the build leaves it.
    case programMissing(name: String, searched: [String])
}

extension HarnessError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotStart(let program, let reason):
            "cannot start \(program): \(reason)"
        case .commandFailed(let command, let status, let errors):
            "\(command): \(status)" + Self.indented(errors)
        case .timedOut(let condition, let duration, let detail):
            "no \(condition) within \(duration)" + Self.indented(detail)
        case .cancelled(let condition):
            "cancelled while waiting for \(condition)"
        case .system(let call, let reason):
            "\(call): \(reason)"
        case .programMissing(let name, let searched):
            "\(name) is not built; looked in \(searched.joined(separator: ", "))"
        }
    }

    private static func indented(_ text: String) -> String {
        text.split(separator: "\n").map { "\n    \($0)" }.joined()
    }
}

/// How a program ended.
package enum ExitStatus: Hashable, Sendable {
    /// It returned this code.
    case code(Int32)
    /// This signal ended it.
    case signal(Int32)

    /// Whether it returned 0.
    package var isSuccess: Bool { self == .code(0) }
}

extension ExitStatus: CustomStringConvertible {
    package var description: String {
        switch self {
        case .code(let code): "exit code \(code)"
        case .signal(let number): "ended by signal \(number)"
        }
    }
}
