import Files
import Text
import Transport
package import UFMClient

/// What the options say of UFM; nil for what they do not say.
package struct UFMInputs: Sendable {
    /// What this mode calls the options.
    package let names: OptionNames
    /// Separated by commas.
    package var host: String?
    package var user: String?
    package var password: String?
    package var tokenFile: String?
    package var usesTLS = true
    /// Whether UFM's certificate is looked at at all.
    package var verifies = true
    package var caCertificate: String?
    package var fingerprints: [CertificateFingerprint] = []
    package var certificateFile: String?
    package var keyFile: String?

    package init(_ names: OptionNames) {
        self.names = names
    }

    /// Options, which may be from `ufm.yaml`, and the files of passwords.
    package func resolve(_ sources: CredentialSources) -> Resolved<UFMConfiguration> {
        Resolved { (notes) throws(SettingsError) in try resolve(sources, &notes) }
    }

    func resolve(
        _ sources: CredentialSources, _ notes: inout [SettingsNote]
    ) throws(SettingsError) -> UFMConfiguration {
        guard let hosts = try hostsOfOption() else { throw .noUFMHost(option: names.ufmHost) }
        return UFMConfiguration(
            hosts: hosts, scheme: usesTLS ? .https : .http, credentials: try credentials(sources, &notes),
            tls: TLSSettings(
                verification: verification, certificateFile: try sources.located(certificateFile),
                keyFile: try sources.located(keyFile)))
    }

    private var verification: TLSSettings.Verification {
        guard verifies else { return .none }
        return fingerprints.isEmpty ? .authority(caFile: caCertificate) : .fingerprints(Set(fingerprints.map(\.value)))
    }

    private func hostsOfOption() throws(SettingsError) -> [String]? {
        guard let host else { return nil }
        let hosts = host.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        if let problem = hosts.lazy.compactMap({ ServerName.problem(with: $0, .hostAndPort) }).first {
            throw .option(name: names.ufmHost, problem: problem)
        }
        return hosts
    }

    /// A certificate is shown whatever else we are; it is the whole login only where nothing else is given.
    private func credentials(
        _ sources: CredentialSources, _ notes: inout [SettingsNote]
    ) throws(SettingsError) -> UFMCredentials {
        if let tokenFile = try sources.located(tokenFile) {
            let strictness: PasswordFile.Strictness = tokenFile == self.tokenFile ? .ownerOnly : .notOthers
            return .token(try token(tokenFile, strictness, &notes).reveal())
        }
        guard let user else { return .clientCertificate }
        let found = try sources.requiredPassword(
            .ufm, option: password, optionName: names.ufmPassword, user: user, prompting: .whenNeeded)
        notes.warn(found.warnings)
        notes.append(.origin("UFM password from \(found.origin)"))
        return .basic(user: user, password: found.secret.reveal())
    }

    private func token(
        _ path: String, _ strictness: PasswordFile.Strictness, _ notes: inout [SettingsNote]
    ) throws(SettingsError) -> Secret {
        guard let file = try PasswordFile.read(path, strictness, holding: "token") else {
            throw .file(path: path, problem: "is not there: write UFM's access token into it")
        }
        // It becomes a header as it stands.
        guard file.password.reveal().utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .file(path: path, problem: "holds more than a token: expected one word")
        }
        notes.warn(file.warning.map { [$0] } ?? [])
        return file.password
    }
}
