import ArgumentParser
import Settings

/// How UFM's certificate is verified, whether there is TLS at all, and how to log in without a password.
struct UFMAccessOptions: ParsableArguments {
    @Flag(help: "Do not verify UFM's certificate. Whoever is in between then has the password.")
    var noSslVerify = false
    @Flag(help: "Use HTTP instead of HTTPS for UFM.") var http = false
    @Option(
        help: ArgumentHelp("CA certificate of UFM (default: the system's CAs).", valueName: "file"), completion: .file()
    )
    var ufmCaCert: String?
    @Option(
        help: ArgumentHelp(
            "Accept exactly the UFM certificate with this SHA-256 fingerprint; may be given again, for the one that comes next.",
            valueName: "sha256:…"),
        transform: CertificateFingerprint.init(parsing:))
    var ufmFingerprint: [CertificateFingerprint] = []
    @Option(
        help: ArgumentHelp("Log in with the access token in this file, without a user.", valueName: "file"),
        completion: .file())
    var ufmTokenFile: String?
    @Option(
        help: ArgumentHelp("Client certificate for UFM; without user and token it is the login.", valueName: "file"),
        completion: .file())
    var ufmCertFile: String?
    @Option(
        help: ArgumentHelp("Key of the client certificate (default: in the certificate's file).", valueName: "file"),
        completion: .file())
    var ufmKeyFile: String?

    func validate() throws {
        let choices = [noSslVerify, ufmCaCert != nil, !ufmFingerprint.isEmpty].count { $0 }
        guard choices <= 1 else {
            throw ValidationError("Give one of --no-ssl-verify, --ufm-ca-cert and --ufm-fingerprint.")
        }
        if ufmKeyFile != nil, ufmCertFile == nil { throw ValidationError("--ufm-key-file needs --ufm-cert-file.") }
        if http, ufmCertFile != nil { throw ValidationError("--ufm-cert-file has no use with --http.") }
    }

    /// The inputs, together with what the modes have names of their own for.
    func inputs(_ names: OptionNames, host: String?, user: String?, password: String?) -> UFMInputs {
        var inputs = UFMInputs(names)
        inputs.host = host
        inputs.user = user
        inputs.password = password
        inputs.tokenFile = ufmTokenFile
        inputs.usesTLS = !http
        inputs.verifies = !noSslVerify
        inputs.caCertificate = ufmCaCert
        inputs.fingerprints = ufmFingerprint
        inputs.certificateFile = ufmCertFile
        inputs.keyFile = ufmKeyFile
        return inputs
    }
}

/// How to reach UFM in the `monitor` mode.
struct UFMDaemonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("UFM hosts, by commas (default: those of ufm.yaml).", valueName: "host,…"))
    var ufmHost: String?
    @Option(help: ArgumentHelp("UFM user.", valueName: "user")) var ufmUser: String?
    @Option(help: ArgumentHelp("UFM password; better in the file ufm-password.", valueName: "password"))
    var ufmPassword: String?
    @OptionGroup var access: UFMAccessOptions

    var inputs: UFMInputs {
        access.inputs(.daemon, host: ufmHost, user: ufmUser, password: ufmPassword)
    }

    func validate() throws { try inputs.validate() }
}

/// How to reach UFM in the `ufm` mode.
struct UFMToolOptions: ParsableArguments {
    @Option(help: ArgumentHelp("UFM hosts, by commas (default: those of ufm.yaml).", valueName: "host,…"))
    var host: String?
    @Option(help: ArgumentHelp("UFM user.", valueName: "user")) var username: String?
    @Option(help: ArgumentHelp("UFM password; better in the file ufm-password.", valueName: "password"))
    var password: String?
    @OptionGroup var access: UFMAccessOptions

    var inputs: UFMInputs {
        access.inputs(.tool, host: host, user: username, password: password)
    }

    func validate() throws { try inputs.validate() }
}

extension UFMInputs {
    /// Throws for a command line that says twice who we are, or never.
    fileprivate func validate() throws {
        if user == nil, password != nil { throw ValidationError("\(names.ufmPassword) needs \(names.ufmUser).") }
        if user != nil, tokenFile != nil {
            throw ValidationError("Give one of \(names.ufmUser) and --ufm-token-file.")
        }
        guard user != nil || tokenFile != nil || certificateFile != nil else {
            throw ValidationError("Give \(names.ufmUser) USER, --ufm-token-file FILE or --ufm-cert-file FILE.")
        }
    }
}
