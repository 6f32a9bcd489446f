import ArgumentParser
import Glibc
import UFMSimulator
import UnixSignals

/// The program: reads its options, serves until it is told to stop.
@main
struct UFMSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ufm-simulator",
        abstract: "Stands in for the REST API of NVIDIA UFM Enterprise.",
        discussion: """
            It serves the partition keys under /ufmRest with basic authentication, as \
            strict as UFM is. Its own control port, plain HTTP on 127.0.0.1, shows what \
            it holds and makes it misbehave:

              curl CONTROL/table     the partitions as a table; /state is JSON
              curl CONTROL/log       every request with its times, as JSON lines
              curl CONTROL/faults -d '{"kind":"status","status":503,"count":2}'
              curl CONTROL/faults -X DELETE

            A fault's "kind" is status, status-after, delay, hang, cut-before, \
            cut-after, truncate or repeat. "method" and "path" say to what it happens \
            ("path" is how the path begins), "delay" is in milliseconds, and "count" is \
            how often, 0 meaning until it is deleted.

            The last line printed at start is for scripts:

              READY url=… control=… certificate=…

            SIGINT and SIGTERM end it with status 0.

            Profiles, and what they set:
            \(UFMSimulator.Profile.summary)

            Switches and their values, the default first:
            \(SimulatorOptions.switchHelp)
            """)

    @OptionGroup var options: SimulatorOptions

    /// Wrong options end in one line and status 64.
    static func main() async {
        do {
            var command = try parseAsRoot()
            guard var simulator = command as? UFMSimulatorCommand else {
                try command.run()
                return
            }
            try await simulator.run()
        } catch {
            let code = exitCode(for: error)
            guard code != .success else { exit(withError: error) }
            let line = "ufm-simulator: \(message(for: error))\n"
            write(STDERR_FILENO, line, line.utf8.count)
            Glibc.exit(code.rawValue)
        }
    }

    mutating func run() async throws {
        var configuration = try options.makeConfiguration()
        if options.requestLog {
            configuration.onRequestEnd = {
                print(RequestLine(record: $0).text)
                fflush(nil)
            }
        }
        // Before anything is made that the signal's default action would leave behind.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let simulator = try await UFMSimulator.start(configuration: configuration)
        announce(simulator)
        for await _ in signals { break }
        try await simulator.shutdown()
    }

    private func announce(_ simulator: UFMSimulator) {
        let control = simulator.controlURL ?? ""
        print("UFM simulator listening on \(simulator.url) (user \(options.user))")
        print("Control: \(control)/state")
        if let certificate = simulator.certificateFile { print("Certificate: \(certificate)") }
        print("READY url=\(simulator.url) control=\(control) certificate=\(simulator.certificateFile ?? "")")
        fflush(nil)
    }
}

/// A request as `--request-log` prints it.
struct RequestLine {
    let record: UFMSimulator.RequestRecord

    var text: String {
        let outcome = [record.status.map { String($0) }, record.fault].compactMap { $0 }.joined(separator: " ")
        let hundredths = Int((record.milliseconds ?? 0) * 100)
        let fraction = String(hundredths % 100 + 100).dropFirst()
        return "\(record.start.timestamp) \(record.method) \(record.path) \(outcome) \(hundredths / 100).\(fraction) ms"
    }
}
