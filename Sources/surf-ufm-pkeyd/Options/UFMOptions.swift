import ArgumentParser
import Logging
import Transport
import UFMClient

/// How UFM's certificate is verified, and whether there is TLS at all.
struct UFMVerificationOptions: ParsableArguments {
    @Flag(help: "Do not verify UFM's certificate. Whoever is in between then has the password.")
    var noSslVerify = false
    @Flag(help: "Use HTTP instead of HTTPS for UFM.") var http = false
    @Option(help: ArgumentHelp("CA certificate of UFM (default: the system's CAs).", valueName: "file"))
    var ufmCaCert: String?
    @Option(
        help: ArgumentHelp(
            "Accept exactly the UFM certificate with this SHA-256 fingerprint.", valueName: "sha256:…"),
        transform: { text in
            guard let fingerprint = SHA256Fingerprint(parsing: text) else {
                throw ValidationError("expected sha256: and 64 hexadecimal digits")
            }
            return fingerprint
        })
    var ufmFingerprint: SHA256Fingerprint?

    func validate() throws {
        let choices = [noSslVerify, ufmCaCert != nil, ufmFingerprint != nil].count { $0 }
        guard choices <= 1 else {
            throw ValidationError("Give one of --no-ssl-verify, --ufm-ca-cert and --ufm-fingerprint.")
        }
    }

    var verification: TLSSettings.Verification {
        if noSslVerify { return .none }
        return ufmFingerprint.map { .fingerprint($0) } ?? .authority(caFile: ufmCaCert)
    }
}

/// How to reach UFM in the `monitor` mode.
struct UFMDaemonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("UFM host (default: ufm-servers of ufm.yaml).", valueName: "host"))
    var ufmHost: String?
    @Option(help: ArgumentHelp("UFM user.", valueName: "user")) var ufmUser: String
    @Option(help: ArgumentHelp("UFM password; better in the file ufm-password.", valueName: "password"))
    var ufmPassword: String?
    @OptionGroup var verification: UFMVerificationOptions

    func resolve(_ common: CommonOptions, log: Logger) throws -> UFMConfiguration {
        try UFMSettings(
            host: ufmHost, hostOption: "--ufm-host", user: ufmUser, password: ufmPassword,
            passwordOption: "--ufm-password", verification: verification
        ).resolve(common, log: log)
    }
}

/// How to reach UFM in the `ufm` mode.
struct UFMToolOptions: ParsableArguments {
    @Option(help: ArgumentHelp("UFM host (default: ufm-servers of ufm.yaml).", valueName: "host")) var host: String?
    @Option(help: ArgumentHelp("UFM user.", valueName: "user")) var username: String
    @Option(help: ArgumentHelp("UFM password; better in the file ufm-password.", valueName: "password"))
    var password: String?
    @OptionGroup var verification: UFMVerificationOptions

    func resolve(_ common: CommonOptions, log: Logger) throws -> UFMConfiguration {
        try UFMSettings(
            host: host, hostOption: "--host", user: username, password: password,
            passwordOption: "--password", verification: verification
        ).resolve(common, log: log)
    }
}

/// What both modes give, under the names they give it.
private struct UFMSettings {
    let host: String?
    let hostOption: String
    let user: String
    let password: String?
    let passwordOption: String
    let verification: UFMVerificationOptions

    func resolve(_ common: CommonOptions, log: Logger) throws -> UFMConfiguration {
        let file = try UFMFileSettings.load(from: common.directory())
        for warning in file?.warnings ?? [] { log.warning("\(warning)") }
        guard let hosts = host.map({ [$0] }) ?? file?.servers else {
            throw CommandFailure("no UFM host: give \(hostOption), or ufm-servers in ufm.yaml")
        }
        if let problem = hosts.lazy.compactMap({ ServerName.problem(with: $0, .hostAndPort) }).first {
            throw CommandFailure("\(hostOption): \(problem)")
        }
        let found = try common.credentials().requiredPassword(
            .ufm, option: password, optionName: passwordOption, user: user, prompting: .whenNeeded)
        for warning in found.warnings { log.warning("\(warning)") }
        log.debug("UFM password from \(found.origin)")
        return UFMConfiguration(
            hosts: hosts, scheme: verification.http ? .http : .https,
            credentials: .basic(user: user, password: found.secret.reveal()),
            tls: TLSSettings(verification: verification.verification))
    }
}
