import Foundation
import Glibc

/// A running program: its exit is awaited and its output read by threads, so that neither can block the other.
final class ChildProcess: Sendable {
    /// A stream of the child, for the one who receives its output.
    enum Stream { case output, errors }

    private struct State: Sendable {
        var status: ExitStatus?
        var openStreams = 2
    }

    let identifier: pid_t
    private let state = Watched(State())

    /// Starts the program. `receive` gets each piece as it comes, and an empty piece at the end of each stream.
    init(_ command: Command, receive: @escaping @Sendable (Stream, [UInt8]) -> Void) throws(HarnessError) {
        let input = try Self.openInput(command.input != nil)
        defer { close(input.reading) }
        let output = try Spawn.pipe()
        defer { close(output.writing) }
        let errors = try Spawn.pipe()
        defer { close(errors.writing) }
        let custodian = Custodian.shared
        do {
            let streams = Spawn.Streams(input: input.reading, output: output.writing, errors: errors.writing)
            identifier = try Spawn.start(command, streams: streams)
        } catch {
            for descriptor in [output.reading, errors.reading, input.writing] where descriptor >= 0 {
                close(descriptor)
            }
            throw error
        }
        custodian.watch(process: identifier)

        let state = self.state
        for (stream, descriptor) in [(Stream.output, output.reading), (.errors, errors.reading)] {
            Thread.detachNewThread {
                Descriptor.readAll(descriptor) { receive(stream, $0) }
                receive(stream, [])
                state.update { $0.openStreams -= 1 }
            }
        }
        if let text = command.input {
            Thread.detachNewThread { Descriptor.write(text, to: input.writing) }
        }
        let identifier = self.identifier
        Thread.detachNewThread { Self.reap(identifier, reportingTo: state) }
    }

    /// How it ended; nil while it runs.
    var status: ExitStatus? { state.read(\.status) }

    /// Sends a signal to the program alone; false when it has ended.
    @discardableResult
    func send(_ signal: Int32) -> Bool {
        // Under the lock that the reaping takes too: the number cannot have passed to another process.
        state.read { $0.status == nil && Glibc.kill(identifier, signal) == 0 }
    }

    /// Kills the program and whatever it started in its process group.
    func killGroup() {
        state.read { _ = $0.status == nil ? Glibc.kill(-identifier, SIGKILL) : 0 }
    }

    /// Waits for the end of the program; nil when it did not come in time.
    func waitForExit(timeout: Duration) async -> ExitStatus? {
        await state.wait(timeout: timeout) { $0.status }
    }

    /// Waits until both streams are read to their end; false when something still holds them open.
    func waitForEndOfOutput(timeout: Duration) async -> Bool {
        await state.wait(timeout: timeout) { $0.openStreams == 0 ? true : nil } ?? false
    }

    private static func openInput(_ isPipe: Bool) throws(HarnessError) -> (reading: Int32, writing: Int32) {
        if isPipe { return try Spawn.pipe() }
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard nowhere >= 0 else { throw .lastFailure(of: "open /dev/null") }
        return (nowhere, -1)
    }

    private static func reap(_ identifier: pid_t, reportingTo state: Watched<State>) {
        var information = siginfo_t()
        // WNOWAIT leaves the number taken until the custodian has forgotten it.
        while waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        Custodian.shared.forget(process: identifier)
        state.update { state in
            // Whatever it left behind in its group would hold its ports and its output.
            Glibc.kill(-identifier, SIGKILL)
            var raw: Int32 = 0
            while waitpid(identifier, &raw, 0) < 0, errno == EINTR {}
            let signal = raw & 0x7f
            state.status = signal == 0 ? .code((raw >> 8) & 0xff) : .signal(signal)
        }
    }
}
