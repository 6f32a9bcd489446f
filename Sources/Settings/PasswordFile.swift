import Files
import Text

/// A password that no interpolation, dump or debugger shows; only `reveal()` gives it, to be sent where it belongs.
package struct Secret: Equatable, Sendable {
    private let value: String

    package init(_ value: String) {
        self.value = value
    }

    /// The password itself. Each call should be a place where it leaves for its server.
    package func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "‹redacted›" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A file that holds one password, or another secret, and nothing else.
package struct PasswordFile {
    /// Who, besides the owner, must not be able to read the file.
    package enum Strictness {
        /// Group and others, as pcocc demands.
        case ownerOnly
        /// Others only: systemd shows the access list that lets the service read a credential as group permissions.
        case notOthers
    }

    package let password: Secret
    /// A sentence for the log when more people than need it can read the file.
    package let warning: String?

    /// Reads the file, or gives nil when it is not there. Blanks and line ends around the password do not count.
    ///
    /// Throws when the file is there and cannot be read, is empty, or is not text.
    package static func read(
        _ path: String, _ strictness: Strictness, holding secret: String = "password"
    ) throws(SettingsError) -> PasswordFile? {
        guard let file = try LocalFile.readSettings(path, limit: 65_536) else { return nil }
        // The unit names credentials that a site may or may not have; systemd makes those empty that it has not.
        if strictness == .notOthers, file.isBlank { return nil }
        guard let text = file.text else {
            throw .file(path: path, problem: "the \(secret) in it \(LocalFile.problem(ofNoText: file.bytes))")
        }
        let password = text.trimmed
        // Which of the lines it is, nobody can tell; and what reaches a header must not end it.
        guard !password.unicodeScalars.contains(where: Terminal.isUnsafe) else {
            throw .file(
                path: path,
                problem:
                    "has more than one line, or a character that cannot be seen: the \(secret) is to stand in it alone")
        }
        guard !password.isEmpty else {
            throw .file(path: path, problem: "is empty: write the \(secret) into it, or remove it")
        }
        return PasswordFile(password: Secret(password), warning: warning(about: file, strictness, secret))
    }

    private static func warning(about file: LocalFile, _ strictness: Strictness, _ secret: String) -> String? {
        let unwanted: UInt32 = strictness == .ownerOnly ? 0o077 : 0o007
        guard file.permissions & unwanted != 0 else { return nil }
        let octal = String(file.permissions & 0o777, radix: 8)
        let mode = String(repeating: "0", count: 4 - octal.count) + octal
        return "Loose permissions on \(secret) file \(file.path) (mode \(mode)): chmod 600 it"
    }
}
