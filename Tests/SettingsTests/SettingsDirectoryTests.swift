import Testing

@testable import Settings

@Suite("The configuration directory")
struct SettingsDirectoryTests {
    private let scratch: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
    }

    @Test("The option wins over pcocc's variable, and that over /etc/pcocc")
    func order() throws {
        let other = try SettingsScratch()
        let environment = ProcessEnvironment([ConfigDirectory.variable: other.path])
        #expect(try ConfigDirectory.resolve(option: scratch.path, environment: environment).path == scratch.path)
        #expect(try ConfigDirectory.resolve(option: nil, environment: environment).path == other.path)
        #expect(try ConfigDirectory.resolve(option: nil, environment: ProcessEnvironment([:])).path == "/etc/pcocc")
        let empty = ProcessEnvironment([ConfigDirectory.variable: ""])
        #expect(try ConfigDirectory.resolve(option: nil, environment: empty) == .standard)
    }

    @Test("A directory that somebody named and that is not there is an error")
    func missing() throws {
        let missing = scratch.directory.file("missing")
        let file = try scratch.write("", to: "file")
        let none = ProcessEnvironment([:])
        #expect(throws: SettingsError.option(name: "--config-dir", problem: "\(missing): No such file or directory")) {
            try ConfigDirectory.resolve(option: missing, environment: none)
        }
        #expect(throws: SettingsError.option(name: "--config-dir", problem: "\(file): not a directory")) {
            try ConfigDirectory.resolve(option: file, environment: none)
        }
        #expect(throws: SettingsError.option(name: "--config-dir", problem: "the path is empty")) {
            try ConfigDirectory.resolve(option: "", environment: none)
        }
        #expect(throws: SettingsError.self) {
            try ConfigDirectory.resolve(
                option: nil, environment: ProcessEnvironment([ConfigDirectory.variable: missing]))
        }
    }

    @Test("A slash at the end of the path is not doubled")
    func paths() {
        #expect(ConfigDirectory(path: "/a/").file("b") == "/a/b")
        #expect(ConfigDirectory(path: "/a").file("b") == "/a/b")
    }

    @Test("The variables of the process are seen")
    func processEnvironment() {
        #expect(ProcessEnvironment.current["PATH"]?.isEmpty == false)
        #expect(ProcessEnvironment.current["SURF_UFM_PKEYD_NO_SUCH_VARIABLE"] == nil)
    }
}
