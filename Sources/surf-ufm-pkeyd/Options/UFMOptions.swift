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
    @Option(help: ArgumentHelp("Log in with the access token in this file, without a user.", valueName: "file"))
    var ufmTokenFile: String?
    @Option(
        help: ArgumentHelp("Client certificate for UFM; without user and token it is the login.", valueName: "file"))
    var ufmCertFile: String?
    @Option(
        help: ArgumentHelp("Key of the client certificate (default: in the certificate's file).", valueName: "file"))
    var ufmKeyFile: String?

    func validate() throws {
        let choices = [noSslVerify, ufmCaCert != nil, ufmFingerprint != nil].count { $0 }
        guard choices <= 1 else {
            throw ValidationError("Give one of --no-ssl-verify, --ufm-ca-cert and --ufm-fingerprint.")
        }
        if ufmKeyFile != nil, ufmCertFile == nil { throw ValidationError("--ufm-key-file needs --ufm-cert-file.") }
        if http, ufmCertFile != nil { throw ValidationError("--ufm-cert-file has no use with --http.") }
    }

    var verification: TLSSettings.Verification {
        if noSslVerify { return .none }
        return ufmFingerprint.map { .fingerprint($0) } ?? .authority(caFile: ufmCaCert)
    }
}

/// How to reach UFM in the `monitor` mode.
struct UFMDaemonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("UFM hosts, by commas (default: ufm-servers of ufm.yaml).", valueName: "host,…"))
    var ufmHost: String?
    @Option(help: ArgumentHelp("UFM user.", valueName: "user")) var ufmUser: String?
    @Option(help: ArgumentHelp("UFM password; better in the file ufm-password.", valueName: "password"))
    var ufmPassword: String?
    @OptionGroup var verification: UFMVerificationOptions

    private var settings: UFMSettings {
        UFMSettings(
            host: ufmHost, hostOption: "--ufm-host", user: ufmUser, userOption: "--ufm-user", password: ufmPassword,
            passwordOption: "--ufm-password", verification: verification)
    }

    func validate() throws { try settings.validate() }

    func resolve(_ common: CommonOptions, log: Logger) throws -> UFMConfiguration {
        try settings.resolve(common, log: log)
    }
}

/// How to reach UFM in the `ufm` mode.
struct UFMToolOptions: ParsableArguments {
    @Option(help: ArgumentHelp("UFM hosts, by commas (default: ufm-servers of ufm.yaml).", valueName: "host,…"))
    var host: String?
    @Option(help: ArgumentHelp("UFM user.", valueName: "user")) var username: String?
    @Option(help: ArgumentHelp("UFM password; better in the file ufm-password.", valueName: "password"))
    var password: String?
    @OptionGroup var verification: UFMVerificationOptions

    private var settings: UFMSettings {
        UFMSettings(
            host: host, hostOption: "--host", user: username, userOption: "--username", password: password,
            passwordOption: "--password", verification: verification)
    }

    func validate() throws { try settings.validate() }

    func resolve(_ common: CommonOptions, log: Logger) throws -> UFMConfiguration {
        try settings.resolve(common, log: log)
    }
}
