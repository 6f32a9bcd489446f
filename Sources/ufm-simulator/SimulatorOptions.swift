import ArgumentParser
import UFMSimulator

/// The options of `ufm-simulator`, and the configuration they make.
struct SimulatorOptions: ParsableArguments {
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for a free one.")
    var port = 8443

    @Option(help: "The port for state, request log and faults, on 127.0.0.1; 0 for a free one.")
    var controlPort = 0

    @Flag(help: "Speak TLS, with a self-signed certificate made at start unless --tls-cert is given.")
    var tls = false

    @Option(
        help: ArgumentHelp(
            "Where to put cert.pem and key.pem; without it, in a directory that goes at exit.", valueName: "dir"))
    var tlsDir: String?

    @Option(help: ArgumentHelp("A certificate to use, PEM.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The certificate's key, PEM.", valueName: "file"))
    var tlsKey: String?

    @Option(help: "The user UFM knows.")
    var user = "admin"

    @Option(help: "That user's password.")
    var password = "123456"

    @Option(
        name: .customLong("extra-user"),
        help: ArgumentHelp(
            "Another user; the role is System_Admin (or left out), Fabric_Admin or Monitoring_Only. Repeatable.",
            valueName: "name:password[:role]"))
    var users: [String] = []

    @Option(
        help: ArgumentHelp("An access token of --user for /ufmRestV3 that is there from the start; repeatable."))
    var token: [String] = []

    @Option(
        help: ArgumentHelp(
            "Ask for client certificates, which these authorities have signed, PEM; needs --tls.", valueName: "file"))
    var clientCa: String?

    @Flag(help: "Refuse connections without a client certificate.")
    var requireClientCert = false

    @Option(
        help: ArgumentHelp(
            "Who a client certificate with that alternative name is; repeatable.", valueName: "san=user"))
    var clientSan: [String] = []

    @Option(help: ArgumentHelp("Milliseconds that each request waits before it acts and answers.", valueName: "ms"))
    var latency = 0

    @Option(help: "Set version, switches and bugs together; other options then change what it set.")
    var profile = UFMSimulator.Profile.ufm6221

    @Option(
        help: ArgumentHelp(
            "The UFM release to be, MAJOR.MINOR.PATCH-BUILD. (default: the profile's)", valueName: "version"))
    var ufmVersion: String?

    @Option(help: ArgumentHelp("A bug to have, by its number in the release notes; repeatable.", valueName: "number"))
    var bug: [UFMSimulator.Bug] = []

    @Flag(help: "Print each request as it ends: time, method, path, status, milliseconds.")
    var requestLog = false

    @Option(
        help: ArgumentHelp(
            "A partition that is there from the start, as if made by hand; repeatable.", valueName: "pkey[:guid,guid]"))
    var partition: [String] = []

    @Option(
        help: ArgumentHelp(
            "A partition of partitions.conf.user_ext, which UFM does not know; repeatable.",
            valueName: "pkey[:guid,guid]"))
    var foreignPartition: [String] = []

    @Option(
        help: ArgumentHelp("A port GUID that counts as known where unknownGuid asks; repeatable.", valueName: "guid"))
    var knownPort: [String] = []

    @Option(
        name: .customLong("fabric-host"),
        help: ArgumentHelp("A host with the GUIDs of its ports; repeatable.", valueName: "name=guid,guid"))
    var hosts: [String] = []

    @Option(
        help: ArgumentHelp("A virtual port and the port it belongs to; repeatable.", valueName: "guid=guid"))
    var virtualPort: [String] = []

    @Option(
        name: .customLong("switch"),
        help: ArgumentHelp(
            "How to answer one of the questions that are open about UFM; repeatable.", valueName: "name=value"))
    var switches: [String] = []

    /// The switches with their values, one per line.
    static var switchHelp: String {
        UFMSimulator.Switches.choices.map { "  \($0.name)=\($0.values.joined(separator: "|"))" }
            .joined(separator: "\n")
    }

    func validate() throws {
        _ = try makeConfiguration()
    }

    /// The configuration; a `ValidationError` where options are wrong.
    func makeConfiguration() throws -> UFMSimulator.Configuration {
        var configuration = UFMSimulator.Configuration()
        do {
            try configuration.apply(profile)
        } catch {
            throw ValidationError(error.description)
        }
        configuration.bugs.formUnion(bug)
        configuration.host = host
        configuration.port = try checked(port, in: 0...65535, "--port")
        configuration.controlPort = try checked(controlPort, in: 0...65535, "--control-port")
        configuration.tls = try makeTLS()
        configuration.user = user
        configuration.password = password
        configuration.tokens = token
        configuration.clientCA = clientCa
        configuration.requiresClientCertificate = requireClientCert
        guard clientCa == nil || tls || tlsCert != nil else { throw ValidationError("--client-ca needs --tls") }
        guard clientCa != nil || (!requireClientCert && clientSan.isEmpty) else {
            throw ValidationError("--require-client-cert and --client-san need --client-ca")
        }
        configuration.latency = .milliseconds(try checked(latency, in: 0...3_600_000, "--latency"))
        configuration.version = ufmVersion ?? configuration.version
        do {
            configuration.partitions = try partition.map { try UFMSimulator.Partition(specification: $0) }
            configuration.foreignPartitions = try foreignPartition.map { try UFMSimulator.Partition(specification: $0) }
            for text in switches {
                let (name, value) = try pair(text, "--switch")
                try configuration.switches.set(name, to: value)
            }
            configuration.knownPorts = Set(try knownPort.map { try UFMSimulator.Partition.guid($0) })
            for (name, guids) in try hosts.map({ try pair($0, "--fabric-host") }) {
                configuration.hosts[name] = try guids.split(separator: ",")
                    .map { try UFMSimulator.Partition.guid($0) }
            }
            for (guid, owner) in try virtualPort.map({ try pair($0, "--virtual-port") }) {
                let port = try UFMSimulator.Partition.guid(owner)
                configuration.virtualPorts[try UFMSimulator.Partition.guid(guid)] = port
            }
            configuration.users = try users.map { try UFMSimulator.User(specification: $0) }
            for (name, user) in try clientSan.map({ try pair($0, "--client-san") }) {
                configuration.certificateUsers[name] = user
            }
            _ = try UFMVersion(configuration.version)
        } catch let error as SimulatorError {
            throw ValidationError(error.description)
        }
        return configuration
    }

    private func makeTLS() throws -> UFMSimulator.Configuration.TLS {
        switch (tlsCert, tlsKey) {
        case (let certificate?, let key?):
            guard tlsDir == nil else {
                throw ValidationError("--tls-dir is for a certificate that is made: leave out --tls-cert")
            }
            return .files(certificate: certificate, key: key)
        case (nil, nil):
            guard tls || tlsDir == nil else { throw ValidationError("--tls-dir needs --tls") }
            return tls ? .selfSigned(directory: tlsDir) : .none
        default:
            throw ValidationError("--tls-cert and --tls-key go together")
        }
    }

    private func pair(_ text: String, _ option: String) throws -> (String, String) {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw ValidationError("\(option) takes NAME=VALUE, not \(text)") }
        return (String(parts[0]), String(parts[1]))
    }

    private func checked(_ value: Int, in range: ClosedRange<Int>, _ name: String) throws -> Int {
        guard range.contains(value) else {
            throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
        }
        return value
    }
}

extension UFMSimulator.Profile: ExpressibleByArgument {}
extension UFMSimulator.Bug: ExpressibleByArgument {}
