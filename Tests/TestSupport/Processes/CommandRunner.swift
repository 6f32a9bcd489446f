/// What a finished program left.
package struct CommandResult: Sendable {
    package let status: ExitStatus
    package let outputBytes: [UInt8]
    package let errorBytes: [UInt8]
    package let duration: Duration

    /// Standard output as text.
    package var output: String { String(decoding: outputBytes, as: UTF8.self) }
    /// Standard error as text.
    package var errors: String { String(decoding: errorBytes, as: UTF8.self) }
    /// The code it returned; nil when a signal ended it.
    package var exitCode: Int32? {
        if case .code(let code) = status { code } else { nil }
    }
}

/// Runs programs to their end.
package enum CommandRunner {
    private struct Collected: Sendable {
        var output: [UInt8] = []
        var errors: [UInt8] = []
    }

    /// Runs the program and collects what it writes, however much. Past the deadline it is killed, and that is thrown.
    package static func run(
        _ command: Command, deadline: Duration = .seconds(60)
    ) async throws(HarnessError) -> CommandResult {
        let start = ContinuousClock.now
        let collected = Watched(Collected())
        let child = try ChildProcess(command) { stream, bytes in
            collected.update { collected in
                switch stream {
                case .output: collected.output += bytes
                case .errors: collected.errors += bytes
                }
            }
        }
        let status = await child.waitForExit(timeout: deadline)
        let duration = start.duration(to: .now)
        guard let status else {
            child.killGroup()
            if Task.isCancelled { throw .cancelled(waitingFor: "end of \(command)") }
            let errors = collected.read { String(decoding: $0.errors, as: UTF8.self) }
            throw .timedOut(waitingFor: "end of \(command)", after: deadline, detail: errors)
        }
        guard await child.waitForEndOfOutput(timeout: .seconds(5)) else {
            throw .timedOut(
                waitingFor: "end of the output of \(command)", after: .seconds(5),
                detail: "it ended, but a process that it started outside its group holds its output open")
        }
        return collected.read {
            CommandResult(status: status, outputBytes: $0.output, errorBytes: $0.errors, duration: duration)
        }
    }

    /// As above, but any end other than exit code 0 is thrown, with what the program said.
    @discardableResult
    package static func succeed(
        _ command: Command, deadline: Duration = .seconds(60)
    ) async throws(HarnessError) -> CommandResult {
        let result = try await run(command, deadline: deadline)
        guard result.status.isSuccess else {
            throw .commandFailed(command: "\(command)", status: result.status, errors: result.errors)
        }
        return result
    }
}
