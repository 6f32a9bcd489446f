import FoundationEssentials
import Glibc
import Testing

@testable import Settings

/// A configuration directory of one test's own, removed with it.
final class SettingsScratch: Sendable {
    let path: String

    var directory: ConfigDirectory { ConfigDirectory(path: path) }

    init() throws {
        var template = Array("/tmp/pkeyd-settings-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws -> String {
        try write(Array(text.utf8), to: name, mode: mode)
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o600) throws -> String {
        let file = directory.file(name)
        try Data(bytes).write(to: URL(filePath: file))
        try #require(chmod(file, mode) == 0)
        return file
    }

    /// A directory under `Fixtures/`.
    static func fixtures(_ name: String) -> ConfigDirectory {
        var root = URL(filePath: #filePath)
        for _ in 1...3 { root.deleteLastPathComponent() }
        return ConfigDirectory(path: root.appending(path: "Fixtures/\(name)").path)
    }

    /// What is looked up here, by a process without a terminal.
    func sources(_ variables: [String: String] = [:]) -> CredentialSources {
        CredentialSources(
            environment: ProcessEnvironment(variables), directory: directory,
            prompt: TerminalPrompt(terminal: "/nonexistent/tty", fallbackInput: nil))
    }

    /// Why there is no value, as it would be printed; nil where there is one.
    static func failure(_ resolved: Resolved<some Sendable>) -> String? {
        failure { () throws(SettingsError) in _ = try resolved.result.get() }
    }

    /// What `body` throws, as it would be printed; nil when it throws nothing.
    static func failure(_ body: () throws(SettingsError) -> Void) -> String? {
        do throws(SettingsError) {
            try body()
            return nil
        } catch {
            return error.description
        }
    }
}
