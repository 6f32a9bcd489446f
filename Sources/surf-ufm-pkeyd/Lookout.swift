import Exposition
import Glibc
import Ledger
import Listening
import Logging
import Settings
import Surroundings
import Telemetry

/// What others are shown of the daemon, where somebody has said that they may look.
struct Lookout: Sendable {
    let observatory: Observatory
    let registry: MetricRegistry
    /// When the ledger's records were written.
    let times: RecordTimes
    private let inputs: ListenInputs
    private let listener: Listener

    /// Begins to listen; nil where nobody may look.
    ///
    /// - Parameter recent: the newest lines of the log.
    init?(_ inputs: ListenInputs, fabric: String, _ recent: RecentLines?, log: Logger) throws {
        guard let recent, !inputs.addresses.isEmpty else { return nil }
        let (observatory, registry, times) = (Observatory(epoch: Self.epoch), MetricRegistry(), RecordTimes())
        let endpoint = StatusEndpoint(
            .init(version: programVersion, fabric: fabric, host: Self.hostName, start: Self.epoch()), observatory,
            registry, times, recent, droppedLines: { FileDescriptorOutput.standardOutput.dropped })
        let token = try Self.token(inputs, log)
        do throws(ListenError) {
            listener = try Listener(at: inputs.addresses, token: token, answer: endpoint.answer)
        } catch {
            throw CommandFailure("--listen \(error)")
        }
        (self.observatory, self.registry, self.times, self.inputs) = (observatory, registry, times, inputs)
        log.info("Shown at \(inputs.addresses.map(\.description).joined(separator: ", "))")
    }

    func close() { listener.stop() }

    /// Reads the token again.
    func renew(log: Logger) throws {
        if let token = try Self.token(inputs, log) { listener.renew(token: token) }
    }

    private static func token(_ inputs: ListenInputs, _ log: Logger) throws(SettingsError) -> [UInt8]? {
        guard let token = try inputs.token().told(to: log)?.reveal() else { return nil }
        KnownSecrets.add(token)
        return Array(token.utf8)
    }

    private static var hostName: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "an unnamed host" }
        return withUnsafeBytes(of: name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static let epoch: @Sendable () -> Double = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
