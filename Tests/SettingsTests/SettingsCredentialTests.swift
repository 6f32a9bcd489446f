import Glibc
import Testing
import UFMClient

@testable import Settings

@Suite("Passwords")
struct SettingsCredentialTests {
    private let scratch: SettingsScratch
    private let systemd: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
        systemd = try SettingsScratch()
    }

    private func sources(_ variables: [String: String] = [:]) -> CredentialSources {
        CredentialSources(
            environment: ProcessEnvironment(variables), directory: scratch.directory,
            prompt: TerminalPrompt(terminal: "/nonexistent/tty", fallbackInput: nil))
    }

    private func find(
        _ credential: Credential, _ sources: CredentialSources, option: String? = nil,
        prompting: Prompting = .whenNeeded
    ) throws(SettingsError) -> FoundPassword? {
        try sources.password(credential, option: option, user: "root", prompting: prompting)
    }

    @Test("Option, environment, systemd credential and file are asked in this order", arguments: Credential.allCases)
    func order(credential: Credential) throws {
        let name = "\(credential.rawValue)-password"
        let variable = credential == .etcd ? "SURF_UFM_PKEYD_ETCD_PASSWORD" : "SURF_UFM_PKEYD_UFM_PASSWORD"
        #expect(try find(credential, sources()) == nil)

        let file = try scratch.write("  from file \r\n\n", to: name)
        #expect(try find(credential, sources())?.secret.reveal() == "from file")
        #expect(try find(credential, sources())?.origin == .file(file))

        let provided = try systemd.write("from systemd\n", to: name, mode: 0o440)
        var variables = ["CREDENTIALS_DIRECTORY": systemd.path]
        let third = try #require(try find(credential, sources(variables)))
        #expect(third.secret.reveal() == "from systemd")
        #expect(third.origin == .systemdCredential(provided))
        #expect(third.warnings.isEmpty)

        variables[variable] = "from environment "
        #expect(try find(credential, sources(variables))?.secret.reveal() == "from environment ")
        #expect(try find(credential, sources(variables))?.origin == .environment(variable))

        #expect(try find(credential, sources(variables), option: "from option")?.secret.reveal() == "from option")
        #expect(try find(credential, sources(variables), option: "from option")?.origin == .option)
    }

    @Test(
        "Marks and line ends of other systems around a password do not count; what is ambiguous is refused with the place"
    )
    func oddFiles() throws {
        try scratch.write("\u{feff}pass wörd\r\n", to: "ufm-password")
        #expect(try find(.ufm, sources())?.secret.reveal() == "pass wörd")
        for ending in ["\n", "\r\n"] {
            let variables = ["SURF_UFM_PKEYD_UFM_PASSWORD": " pass" + ending]
            #expect(try find(.ufm, sources(variables))?.secret.reveal() == " pass")
        }
        for value in ["\n", "a\nb", "a\u{0}b", "a\u{1b}[0m"] {
            let error = #expect(throws: SettingsError.self) {
                try find(.ufm, sources(["SURF_UFM_PKEYD_UFM_PASSWORD": value]))
            }
            #expect(error?.description.hasPrefix("SURF_UFM_PKEYD_UFM_PASSWORD: ") == true)
        }
        for content in ["one\ntwo\n", "one\r\ntwo", "a\u{0}b"] {
            let path = try scratch.write(content, to: "ufm-password")
            let error = #expect(throws: SettingsError.self) { try find(.ufm, sources()) }
            #expect(error?.description.hasPrefix("\(path): has more than one line, or a character that") == true)
        }
    }

    @Test("One password never serves for the other server")
    func separation() throws {
        try scratch.write("etcd's", to: "etcd-password")
        #expect(try find(.ufm, sources(["SURF_UFM_PKEYD_ETCD_PASSWORD": "x"])) == nil)
    }

    @Test("A systemd directory without the credential leads on to the file")
    func systemdWithoutCredential() throws {
        try scratch.write("a", to: "etcd-password")
        #expect(try find(.etcd, sources(["CREDENTIALS_DIRECTORY": systemd.path]))?.secret.reveal() == "a")
        #expect(try find(.etcd, sources(["CREDENTIALS_DIRECTORY": "/nonexistent"]))?.secret.reveal() == "a")
    }

    @Test(
        "A file that others can read works and gets pcocc's warning",
        arguments: [
            (0o600, nil), (0o400, nil), (0o644, "0644"), (0o640, "0640"), (0o602, "0602"), (0o1610, "0610"),
        ] as [(mode_t, String?)])
    func permissions(mode: mode_t, shown: String?) throws {
        let path = try scratch.write("secret", to: "ufm-password", mode: mode)
        let found = try #require(try find(.ufm, sources()))
        let warning = shown.map { "Loose permissions on password file \(path) (mode \($0)): chmod 600 it" }
        #expect(found.warnings == (warning.map { [$0] } ?? []))
        #expect(found.secret.reveal() == "secret")
    }

    @Test("A systemd credential is allowed group permissions, which its access list shows, but not others")
    func systemdPermissions() throws {
        try systemd.write("secret", to: "etcd-password", mode: 0o444)
        #expect(try find(.etcd, sources(["CREDENTIALS_DIRECTORY": systemd.path]))?.warnings.count == 1)
    }

    @Test("A password file that is there and unusable is an error that names it, not a reason to look further")
    func unusable() throws {
        let path = try scratch.write(" \n", to: "etcd-password")
        let problem = "is empty: write the password into it, or remove it"
        #expect(throws: SettingsError.file(path: path, problem: problem)) { try find(.etcd, sources()) }
        try scratch.write([0x70, 0xff], to: "etcd-password")
        #expect(throws: SettingsError.file(path: path, problem: "the password in it is not UTF-8 text")) {
            try find(.etcd, sources())
        }
        try scratch.write([UInt8](repeating: 0x70, count: 70_000), to: "etcd-password")
        #expect(throws: SettingsError.file(path: path, problem: "larger than 65536 bytes")) {
            try find(.etcd, sources())
        }
        unlink(path)
        try #require(mkdir(path, 0o700) == 0)
        #expect(throws: SettingsError.file(path: path, problem: "cannot be read: it is not a regular file")) {
            try find(.etcd, sources())
        }
    }

    @Test("A password file without read permission is an error", .enabled(if: geteuid() != 0, "root may read it"))
    func noPermission() throws {
        let path = try scratch.write("secret", to: "etcd-password", mode: 0)
        #expect(throws: SettingsError.file(path: path, problem: "cannot be read: Permission denied")) {
            try find(.etcd, sources())
        }
    }

    @Test("An empty option is an error, an empty variable counts as not set")
    func empty() throws {
        #expect(throws: SettingsError.self) { try find(.etcd, sources(), option: "") }
        #expect(try find(.etcd, sources(["SURF_UFM_PKEYD_ETCD_PASSWORD": ""])) == nil)
    }

    @Test("Asking first where there is no terminal is an error; asking when needed finds nothing")
    func noTerminal() throws {
        try scratch.write("a", to: "etcd-password")
        #expect(throws: SettingsError.prompt("there is no terminal to ask for the etcd password on")) {
            try find(.etcd, sources(), prompting: .first)
        }
        #expect(try find(.ufm, sources(), prompting: .whenNeeded) == nil)
        #expect(try find(.ufm, sources(), prompting: .never) == nil)
    }

    @Test("A password that is required and nowhere is an error that lists the places for it")
    func required() throws {
        let failure = SettingsScratch.failure { () throws(SettingsError) in
            _ = try sources().requiredPassword(
                .ufm, option: nil, optionName: "--ufm-password", user: "admin", prompting: .never)
        }
        let text = try #require(failure)
        #expect(text.hasPrefix("no UFM password for admin: put it into \(scratch.path)/ufm-password"))
        #expect(text.hasSuffix("SURF_UFM_PKEYD_UFM_PASSWORD or --ufm-password"))
    }

    @Test("A credential with nothing in it is one that the site has not: the next source counts")
    func blankCredential() throws {
        try systemd.write("\n", to: "ufm-password", mode: 0o440)
        let variables = ["CREDENTIALS_DIRECTORY": systemd.path]
        #expect(try find(.ufm, sources(variables)) == nil)
        let file = try scratch.write("from file", to: "ufm-password")
        #expect(try find(.ufm, sources(variables))?.origin == .file(file))
    }

    @Test("A file that an option names is systemd's copy of the same name, where there is one with something in it")
    func located() throws {
        let variables = ["CREDENTIALS_DIRECTORY": systemd.path]
        #expect(try sources(variables).located("/etc/pcocc/ufm-token") == "/etc/pcocc/ufm-token")
        try systemd.write(" \n", to: "ufm-token", mode: 0o440)
        #expect(try sources(variables).located("/etc/pcocc/ufm-token") == "/etc/pcocc/ufm-token")
        let copy = try systemd.write("tok", to: "ufm-token", mode: 0o440)
        #expect(try sources(variables).located("/etc/pcocc/ufm-token") == copy)
        #expect(try sources().located("/etc/pcocc/ufm-token") == "/etc/pcocc/ufm-token")
        #expect(try sources(variables).located(nil) == nil)

        // It is not the file of the group that systemd makes of an access list that is loose.
        var inputs = UFMInputs(.daemon)
        (inputs.host, inputs.tokenFile) = ("a", "/etc/pcocc/ufm-token")
        let resolved = inputs.resolve(sources(variables))
        #expect(try resolved.result.get().credentials == .token("tok"))
        #expect(resolved.notes.isEmpty)
    }

    @Test("No way of printing shows a secret")
    func redaction() throws {
        let secret = Secret("hunter2")
        let found = FoundPassword(secret: secret, origin: .prompt)
        var dumped = ""
        dump(found, to: &dumped)
        dump(secret, to: &dumped)
        let optional: Secret? = secret
        let texts = [
            "\(secret)", String(reflecting: secret), "\(found)", String(reflecting: found), "\([secret])",
            String(describing: optional), "\(["password": secret])", dumped,
        ]
        #expect(texts.allSatisfy { !$0.contains("hunter2") && $0.contains("‹redacted›") })
        #expect(secret == Secret("hunter2"))
        #expect(secret != Secret("hunter3"))
    }
}
