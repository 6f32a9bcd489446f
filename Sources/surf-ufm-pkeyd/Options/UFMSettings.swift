import ArgumentParser
import Logging
import Settings
import Text
import Transport
import UFMClient

/// What both modes that speak to UFM are given, under the names they have for it.
struct UFMSettings {
    let host: String?
    let hostOption: String
    let user: String?
    let userOption: String
    let password: String?
    let passwordOption: String
    let verification: UFMVerificationOptions

    /// Throws for a command line that says twice who we are, or never.
    func validate() throws {
        let token = verification.ufmTokenFile
        if user == nil, password != nil { throw ValidationError("\(passwordOption) needs \(userOption).") }
        if user != nil, token != nil { throw ValidationError("Give one of \(userOption) and --ufm-token-file.") }
        guard user != nil || token != nil || verification.ufmCertFile != nil else {
            throw ValidationError("Give \(userOption) USER, --ufm-token-file FILE or --ufm-cert-file FILE.")
        }
    }

    /// Options, then files.
    func resolve(_ common: CommonOptions, log: Logger) throws -> UFMConfiguration {
        let file = try UFMFileSettings.load(from: common.directory())
        for warning in file?.warnings ?? [] { log.warning("\(warning)") }
        guard let hosts = try hostsOfOption() ?? file?.servers else {
            throw CommandFailure("no UFM host: give \(hostOption), or ufm-servers in ufm.yaml")
        }
        return UFMConfiguration(
            hosts: hosts, scheme: verification.http ? .http : .https, credentials: try credentials(common, log),
            tls: TLSSettings(
                verification: verification.verification, certificateFile: verification.ufmCertFile,
                keyFile: verification.ufmKeyFile))
    }

    private func hostsOfOption() throws -> [String]? {
        guard let host else { return nil }
        let hosts = host.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        if let problem = hosts.lazy.compactMap({ ServerName.problem(with: $0, .hostAndPort) }).first {
            throw CommandFailure("\(hostOption): \(problem)")
        }
        return hosts
    }

    /// A certificate is shown whatever else we are; it is the whole login only where nothing else is given.
    private func credentials(_ common: CommonOptions, _ log: Logger) throws -> UFMCredentials {
        if let path = verification.ufmTokenFile { return .token(try token(path, log).reveal()) }
        guard let user else { return .clientCertificate }
        let found = try common.credentials().requiredPassword(
            .ufm, option: password, optionName: passwordOption, user: user, prompting: .whenNeeded)
        for warning in found.warnings { log.warning("\(warning)") }
        log.debug("UFM password from \(found.origin)")
        return .basic(user: user, password: found.secret.reveal())
    }

    private func token(_ path: String, _ log: Logger) throws -> Secret {
        guard let file = try PasswordFile.read(path, .ownerOnly, holding: "token") else {
            throw SettingsError.file(path: path, problem: "is not there: write UFM's access token into it")
        }
        // It becomes a header as it stands.
        guard file.password.reveal().utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw SettingsError.file(path: path, problem: "holds more than a token: expected one word")
        }
        if let warning = file.warning { log.warning("\(warning)") }
        return file.password
    }
}
