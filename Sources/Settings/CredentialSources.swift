import Files
import Text

/// The two passwords we need, and the names under which each source knows them.
package enum Credential: String, CaseIterable, Hashable, Sendable {
    case etcd
    case ufm

    /// The name for people.
    package var label: String { self == .etcd ? "etcd" : "UFM" }
    /// The environment variable that may hold the password.
    package var variable: String { "SURF_UFM_PKEYD_\(rawValue.uppercased())_PASSWORD" }
    /// The name of the file in the configuration directory, and of the systemd credential.
    package var fileName: String { "\(rawValue)-password" }
}

/// A password and where it was found.
package struct FoundPassword: Equatable, Sendable {
    package enum Origin: Hashable, Sendable {
        case option, environment(String), systemdCredential(String), file(String), prompt
    }

    package let secret: Secret
    package let origin: Origin
    /// What deserves a word in the log, such as a file that others can read.
    package var warnings: [String] = []
}

/// When to ask on the terminal.
package enum Prompting: Hashable, Sendable {
    case never
    /// When no other source has the password.
    case whenNeeded
    /// Before looking at any source but the option.
    case first
}

/// Looks a password up: option, environment, systemd credential, file in the configuration directory, terminal.
///
/// The first source that has it decides. One that is there but unusable is an error: falling through to the next would
/// log in with a password that nobody meant.
package struct CredentialSources: Sendable {
    var environment: ProcessEnvironment
    let directory: ConfigDirectory
    var prompt = TerminalPrompt()

    /// The password, or nil when no source has it (and, where asking is allowed, there is no terminal).
    func password(
        _ credential: Credential, option: String?, user: String, prompting: Prompting
    ) throws(SettingsError) -> FoundPassword? {
        if let option {
            guard !option.isEmpty else {
                throw .option(name: "the \(credential.label) password", problem: "the one given is empty")
            }
            return FoundPassword(secret: Secret(option), origin: .option)
        }
        if prompting == .first {
            guard let answer = try ask(credential, user) else {
                throw .prompt("there is no terminal to ask for the \(credential.label) password on")
            }
            return answer
        }
        if let value = environment[credential.variable] {
            return FoundPassword(
                secret: Secret(try inOneLine(value, of: credential.variable)), origin: .environment(credential.variable)
            )
        }
        if let path = systemdCredential(credential.fileName) {
            if let file = try PasswordFile.read(path, .notOthers) { return found(file, .systemdCredential(path)) }
        }
        let path = directory.file(credential.fileName)
        if let file = try PasswordFile.read(path, .ownerOnly) { return found(file, .file(path)) }
        return prompting == .whenNeeded ? try ask(credential, user) : nil
    }

    /// Where systemd has put a credential of this name, if it has any for us.
    private func systemdCredential(_ name: String) -> String? {
        environment["CREDENTIALS_DIRECTORY"].map { ConfigDirectory(path: $0).file(name) }
    }

    /// Where to read a secret file that an option names: systemd's copy of it, where there is one of the same name, which the
    /// service may read though the file itself is root's.
    func located(_ path: String?) throws(SettingsError) -> String? {
        guard let path, let name = path.split(separator: "/").last, let copy = systemdCredential(String(name)),
            let file = try LocalFile.readSettings(copy), !file.isBlank
        else { return path }
        return copy
    }

    /// A password without the line end that `$(cat file)` leaves out and other ways do not.
    private func inOneLine(_ value: String, of variable: String) throws(SettingsError) -> String {
        let line = String(
            String.UnicodeScalarView(
                value.unicodeScalars.reversed().drop { "\r\n".unicodeScalars.contains($0) }.reversed()))
        guard !line.isEmpty, !line.unicodeScalars.contains(where: Terminal.isUnsafe) else {
            throw .option(name: variable, problem: "has a character that cannot be seen, or no password, in it")
        }
        return line
    }

    /// The password; throws an error that lists the places to put it when no source has it.
    func requiredPassword(
        _ credential: Credential, option: String?, optionName: String, user: String, prompting: Prompting
    ) throws(SettingsError) -> FoundPassword {
        let found = try password(credential, option: option, user: user, prompting: prompting)
        if let found { return found }
        throw .noPassword(
            credential, user: user, file: directory.file(credential.fileName), option: optionName)
    }

    private func ask(_ credential: Credential, _ user: String) throws(SettingsError) -> FoundPassword? {
        guard let secret = try prompt.ask("\(credential.label) password for \(user): ") else { return nil }
        return FoundPassword(secret: secret, origin: .prompt)
    }

    private func found(_ file: PasswordFile, _ origin: FoundPassword.Origin) -> FoundPassword {
        FoundPassword(secret: file.password, origin: origin, warnings: file.warning.map { [$0] } ?? [])
    }
}

extension CredentialSources {
    /// - Parameter configDirectory: of the option.
    package init(configDirectory: String?, environment: ProcessEnvironment = .current) throws(SettingsError) {
        self.init(
            environment: environment,
            directory: try ConfigDirectory.resolve(option: configDirectory, environment: environment))
    }
}

extension FoundPassword.Origin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .option: "the command line"
        case .environment(let name): "the environment variable \(name)"
        case .systemdCredential(let path): "the systemd credential \(path)"
        case .file(let path): path
        case .prompt: "the terminal"
        }
    }
}
