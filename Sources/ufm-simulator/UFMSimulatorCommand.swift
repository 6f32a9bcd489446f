import ArgumentParser
import Glibc
import UFMModel
import UFMSimulator
import UnixSignals

/// The program: reads its options, serves until it is told to stop.
@main
struct UFMSimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ufm-simulator",
        abstract: "Stands in for the REST API of NVIDIA UFM Enterprise.",
        discussion: discussion)

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
        do {
            try await serve(simulator, configuration, until: signals)
        } catch {
            try await simulator.shutdown()
            throw error
        }
        try await simulator.shutdown()
    }

    /// Serves until a signal comes, with the second host if there is to be one.
    private func serve(
        _ simulator: UFMSimulator, _ configuration: UFMSimulator.Configuration, until signals: UnixSignalsSequence
    ) async throws {
        guard let port = options.listening.standbyPort else {
            announce(simulator)
            for await _ in signals { break }
            return
        }
        var other = configuration
        other.port = port
        other.controlPort = 0
        if let certificate = simulator.certificateFile, case .selfSigned = configuration.tls {
            // Both hosts are one UFM to a client that trusts its certificate.
            other.tls = .files(certificate: certificate, key: certificate.dropLast("cert.pem".count) + "key.pem")
        }
        try await UFMSimulator.withSimulator(configuration: other, standbyOf: simulator) { standby in
            announce(simulator, standby)
            for await _ in signals { break }
        }
    }

    private func announce(_ simulator: UFMSimulator, _ standby: UFMSimulator? = nil) {
        let control = simulator.controlURL ?? ""
        print("UFM simulator listening on \(simulator.url) (user \(options.users.user))")
        if let standby { print("Standby: \(standby.url), control: \(standby.controlURL ?? "")") }
        print("Control: \(control)/state")
        if let certificate = simulator.certificateFile { print("Certificate: \(certificate)") }
        let second = standby.map { " standby=\($0.url) standby-control=\($0.controlURL ?? "")" } ?? ""
        print("READY url=\(simulator.url) control=\(control) certificate=\(simulator.certificateFile ?? "")\(second)")
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
