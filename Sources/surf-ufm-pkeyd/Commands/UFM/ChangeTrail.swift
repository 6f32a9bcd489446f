import Adapters
import Administration
import Fabric
import Glibc
import Logging
import Reconciler
import Settings
import Telemetry
import UFMClient

/// Writes what the tool changes into the file of changes, with whoever did it.
struct ChangeTrail {
    private let file: AuditFile
    private let who: [String: String]

    init(_ file: AuditFile) {
        self.file = file
        var who = ["user": Self.userName]
        if let name = ProcessEnvironment.current["SUDO_USER"] { who["sudo_user"] = name }
        self.who = who
    }

    /// Has the client tell of each step.
    func follow(_ client: inout UFMClient) {
        client.changed = { [file, who] step, result, took in
            let answer =
                switch result {
                case .success(let outcome): outcome.setback.map { ErrorWords.of($0.1) } ?? "done"
                case .failure(let error): ErrorWords.of(error)
                }
            let message = ChangeWords.message(step, before: nil, answer: answer, took: took, by: who)
            file.output.write(LogRecord(.info, message.text, message.metadata), .stamped)
        }
    }

    /// The name of the user that this process runs as, or its number where it has no name.
    private static var userName: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return String(getuid()) }
        return String(cString: name)
    }
}
