import ArgumentParser
import UFMSimulator

/// Where the simulator listens, and what it says there of TLS.
struct ListenOptions: ParsableArguments {
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 for a free one.")
    var port = 8443

    @Option(help: "The control port, on 127.0.0.1; 0 for a free one.")
    var controlPort = 0

    @Option(
        help: ArgumentHelp(
            "The port of a second host, a standby that shares everything with the first; 0 for a free one.",
            valueName: "port"))
    var standbyPort: Int?

    @Flag(help: "Be a standby until POST /promote.")
    var standby = false

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

    @Option(
        help: ArgumentHelp(
            "Ask for client certificates, which these authorities have signed, PEM; needs --tls.", valueName: "file"))
    var clientCa: String?

    @Flag(help: "Refuse connections without a client certificate.")
    var requireClientCert = false

    func apply(to configuration: inout UFMSimulator.Configuration) throws {
        configuration.host = host
        configuration.port = try checked(port, in: 0...65535, "--port")
        configuration.controlPort = try checked(controlPort, in: 0...65535, "--control-port")
        if let standbyPort { _ = try checked(standbyPort, in: 0...65535, "--standby-port") }
        guard standbyPort == nil || !standby else {
            throw ValidationError("--standby and --standby-port exclude each other")
        }
        configuration.isStandby = standby
        configuration.tls = try makeTLS()
        configuration.clientCA = clientCa
        configuration.requiresClientCertificate = requireClientCert
        guard clientCa == nil || tls || tlsCert != nil else { throw ValidationError("--client-ca needs --tls") }
        guard clientCa != nil || !requireClientCert else {
            throw ValidationError("--require-client-cert needs --client-ca")
        }
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
}

/// A number within its range; else an error that names the option.
func checked(_ value: Int, in range: ClosedRange<Int>, _ name: String) throws -> Int {
    guard range.contains(value) else {
        throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
    }
    return value
}

/// The two sides of `NAME=VALUE`; without one of them an error that names the option.
func pair(_ text: String, _ option: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { throw ValidationError("\(option) takes NAME=VALUE, not \(text)") }
    return (String(parts[0]), String(parts[1]))
}
