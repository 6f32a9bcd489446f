import Glibc
import Synchronization

/// What the service manager said in the environment; taken out of it, so that no child speaks for us.
package struct SupervisorVariables: Hashable, Sendable {
    /// The address of the manager's socket.
    package var socket: String?
    /// How long the manager waits for a sign of life; nil where it does not.
    package var patience: Duration?

    private static let noted = Mutex(SupervisorVariables())

    /// Those of this process, once they are noted.
    package static var ofProcess: SupervisorVariables { noted.withLock { $0 } }

    /// Takes them out of the environment. To be called before any other thread runs.
    package static func note() {
        let names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
        let values = names.map { name in getenv(name).map { String(cString: $0) } }
        for name in names { unsetenv(name) }
        let variables = SupervisorVariables(
            socket: values[0], microseconds: values[1], identifier: values[2], own: getpid())
        noted.withLock { $0 = variables }
    }

    package init(socket: String? = nil, patience: Duration? = nil) {
        self.socket = socket
        self.patience = patience
    }

    /// - Parameters:
    ///   - microseconds: of `$WATCHDOG_USEC`.
    ///   - identifier: of `$WATCHDOG_PID`: the process that is meant, where it is one alone.
    ///   - own: the number of this process.
    init(socket: String?, microseconds: String?, identifier: String?, own: Int32) {
        self.socket = socket.flatMap { $0.isEmpty ? nil : $0 }
        guard identifier == nil || identifier == String(own), let number = microseconds.flatMap(Int64.init), number > 0
        else { return }
        patience = .microseconds(number)
    }
}
