import Glibc
import Testing

@testable import Settings
@testable import Usage

@Suite("Options in ufm.yaml")
struct ConfiguredOptionsTests {
    private static let monitor = OptionCatalog.Mode(
        name: "monitor",
        options: [
            value("--ufm-host", "host,…"), value("--ufm-user"), value("--ufm-password"), value("--ufm-token-file"),
            value("--ufm-fingerprint", "sha256:…", isRepeating: true), value("--ufm-ca-cert"), flag("--no-ssl-verify"),
            flag("--http"), value("--etcd-endpoints", "endpoint,…"), value("--etcd-host"), value("--etcd-user"),
            value("--etcd-password"), flag("--etcd-prompt-password"), value("--poll-interval", "seconds"),
            flag("--ip-over-ib"), flag("--no-ip-over-ib"), flag("--debug"), flag("--once"), flag("--dry-run"),
            value("--config-dir"), flag("--help"), flag("--version"), value("--adopt"), value("--fabric"),
        ], takesWord: false)
    private static let ufm = OptionCatalog.Mode(
        name: "ufm",
        options: [
            value("--host", "host,…"), value("--username"), value("--ufm-fingerprint"), flag("--ip-over-ib"),
            flag("--debug"), flag("--http"), value("--etcd-user"), value("--fabric"),
        ], takesWord: false)

    private static func value(
        _ name: String, _ valueName: String = "text", isRepeating: Bool = false
    ) -> OptionCatalog.Option {
        OptionCatalog.Option(
            names: [name], takesValue: true, takesMany: false, valueName: valueName, isRepeating: isRepeating)
    }

    private static func flag(_ name: String) -> OptionCatalog.Option {
        OptionCatalog.Option(names: [name], takesValue: false, takesMany: false)
    }

    private let scratch: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
    }

    private func load(_ text: String) throws -> ConfiguredOptions {
        try scratch.write(text, to: "ufm.yaml")
        return try #require(try ConfiguredOptions.load(from: scratch.directory, Self.monitor))
    }

    private func words(_ text: String, given: Set<String> = [], _ mode: OptionCatalog.Mode = monitor) throws -> [String]
    {
        try load("settings:\n" + text).words(for: mode, given: given)
    }

    @Test("A file that is not there says nothing")
    func absence() throws {
        #expect(try ConfiguredOptions.load(from: scratch.directory, Self.monitor) == nil)
    }

    @Test("Every key becomes the option of its name, in the order of the file")
    func keys() throws {
        #expect(
            try words("  ufm-user: admin\n  poll-interval: 7\n  http: true\n  ip-over-ib: false\n")
                == ["--ufm-user=admin", "--poll-interval=7", "--http", "--no-ip-over-ib"])
        #expect(try words("  http: false\n  no-ip-over-ib: false\n") == ["--ip-over-ib"])
        #expect(try words("  ufm-auth-type: password\n").isEmpty)
    }

    @Test("A list is an option that is given again, or one value with commas, as the option takes it")
    func lists() throws {
        #expect(
            try words("  ufm-fingerprint: [a, b]\n  etcd-endpoints: [c, d]\n  ufm-servers: [e, 'f:8443']\n")
                == ["--ufm-fingerprint=a", "--ufm-fingerprint=b", "--etcd-endpoints=c,d", "--ufm-host=e,f:8443"])
        #expect(try words("  ufm-host: e\n") == ["--ufm-host=e"])
        #expect(try words("  ufm-host: [e]\n") == ["--ufm-host=e"])
    }

    @Test("A tool takes what means the same there, by the name that it has there")
    func tools() throws {
        let text =
            "  ufm-host: [a]\n  ufm-user: b\n  ip-over-ib: true\n  debug: true\n  poll-interval: 3\n  fabric: east\n"
        #expect(try words(text, Self.ufm) == ["--host=a", "--username=b", "--fabric=east"])
    }

    @Test(
        "What is typed wins over what is in the file, and over what says the same there in other words",
        arguments: [
            ("ufm-user: a", "--ufm-user"), ("ip-over-ib: true", "--no-ip-over-ib"),
            ("etcd-host: a", "--etcd-endpoints"),
            ("etcd-endpoints: a", "--etcd-host"), ("ufm-fingerprint: a", "--ufm-ca-cert"),
            ("no-ssl-verify: true", "--ufm-fingerprint"), ("ufm-token-file: a", "--ufm-user"),
            ("ufm-servers: [a]", "--ufm-host"),
        ])
    func options(line: String, typed: String) throws {
        #expect(try words("  \(line)\n", given: [typed]).isEmpty)
        #expect(try !words("  \(line)\n", given: ["--poll-interval"]).isEmpty)
    }

    @Test("Only options are named as rivals of others, and as what is called otherwise in a tool")
    func rivals() {
        let others: Set = ["--etcd-key-file", "--etcd-cert-file", "--ufm-key-file", "--ufm-cert-file"]
        for name in OptionRivals.names { #expect(Self.monitor.option(name) != nil || others.contains(name), "\(name)") }
    }

    @Test(
        "What is wrong is refused with file, line and column, and the nearest key",
        arguments: [
            ("settings:\n  ufm-usr: a\n", ":2:3: settings.\"ufm-usr\": unknown key. Did you mean ufm-user?"),
            ("settings:\n  frobnicate: a\n", ":2:3: settings.\"frobnicate\": unknown key."),
            ("settings:\n  --ufm-user: a\n", ":2:3: settings.\"--ufm-user\": unknown key."),
            ("ufm-user: a\nsettings: {}\n", ":1:1: unknown key \"ufm-user\": all options stand below `settings:`"),
            ("settings:\n  ufm-user: a\n  ufm-user: b\n", ":3:3: the key \"ufm-user\" is there twice"),
            (
                "settings:\n  ufm-host: [a]\n  ufm-servers: [b]\n",
                ":3:3: settings.ufm-servers: ufm-host says the same already"
            ),
            ("settings:\n  ip-over-ib: true\n  no-ip-over-ib: true\n", ":3:3: settings.no-ip-over-ib: ip-over-ib says"),
            ("settings:\n  http: yes\n", ":2:9: settings.http: expected true or false, found \"yes\""),
            ("settings:\n  http:\n", ":2:8: settings.http: expected true or false, found nothing"),
            ("settings:\n  ufm-user: [a]\n", ":2:13: settings.ufm-user: expected a text, found a list"),
            ("settings:\n  ufm-user: ''\n", "expected a text, found an empty text"),
            ("settings:\n  ufm-user: \"a\\nb\"\n", "has a character in it that cannot be seen"),
            ("settings:\n  ufm-fingerprint: []\n", "the list is empty"),
            (
                "settings:\n  ufm-servers: a\n",
                ":2:16: settings.ufm-servers: expected a list of host names, found \"a\""
            ),
            ("settings:\n  ufm-host: ['https://a']\n", "without a protocol"),
            ("settings:\n  ufm-servers: ['a:99999']\n", "expected a port from 1 to 65535 after the colon"),
            ("settings:\n  ufm-auth-type: token\n", "expected password, found \"token\""),
            ("other: 1\n", "there is no `settings:`"), ("settings:\n", "settings: expected a mapping, found nothing"),
        ])
    func refused(text: String, says: String) throws {
        let failure = try failure(text)
        #expect(failure.hasPrefix(scratch.path + "/ufm.yaml:"), "\(failure)")
        #expect(failure.contains(says), "\(failure)")
    }

    @Test("Passwords are refused with the file that they belong into, and what is for one command alone as such")
    func elsewhere() throws {
        for (key, file) in [
            ("ufm-password", "ufm-password"), ("etcd-password", "etcd-password"),
            ("etcd-prompt-password", "etcd-password"),
        ] {
            let failure = try failure("settings:\n  \(key): s3cret\n")
            #expect(
                failure.contains(":2:3: settings.\(key): passwords have a file of their own, \(scratch.path)/\(file)"))
            #expect(!failure.contains("s3cret"))
        }
        for key in ["once", "dry-run", "config-dir", "help", "version"] {
            #expect(
                try failure("settings:\n  \(key): true\n").contains("settings.\(key): is for the command line alone"))
        }
    }

    @Test("What the parser says of a value is said with the place of the value in the file")
    func blame() throws {
        let options = try load("settings:\n  ufm-user: a\n  poll-interval: never\n")
        func failure(_ message: String) -> String? {
            options.failure(behind: message, in: Self.monitor, given: [])?.description
        }
        let place = "\(scratch.path)/ufm.yaml:3:18: settings.poll-interval: "
        #expect(
            failure("The value 'never' is invalid for '--poll-interval <seconds>'")
                == place + "\"never\" is not of the kind <seconds>")
        #expect(
            failure("The value 'never' is invalid for '--poll-interval <seconds>': expected x") == place + "expected x")
        #expect(failure("--poll-interval 0: expected more") == place + "--poll-interval 0: expected more")
        #expect(failure("--poll-intervals is wrong") == nil)
        #expect(options.failure(behind: "--poll-interval 0", in: Self.monitor, given: ["--poll-interval"]) == nil)
    }

    @Test("To adopt everything at each start is told with its place, and nothing else is")
    func adoption() throws {
        #expect(
            try load("settings:\n  adopt: all\n").warnings.first?.contains("ufm.yaml:2:10: settings.adopt: ") == true)
        #expect(try load("settings:\n  adopt: '0x2000'\n").warnings.isEmpty)
    }

    @Test("What differs from what the file said before is named by its keys")
    func differences() throws {
        let before = try load("settings:\n  ufm-user: a\n  http: true\n  fabric: f\n")
        let after = try load("settings:\n  http: false\n  fabric: f\n  debug: true\n")
        #expect(after.differences(from: before) == ["debug", "http", "ufm-user"])
        #expect(after.differences(from: after).isEmpty)
        #expect(after.differences(from: nil) == ["debug", "fabric", "http"])
    }

    @Test("A pipe in the file's place is refused")
    func pipe() throws {
        let path = scratch.directory.file("ufm.yaml")
        try #require(mkfifo(path, 0o600) == 0)
        #expect(throws: SettingsError.file(path: path, problem: "cannot be read: it is not a regular file")) {
            try ConfiguredOptions.load(from: scratch.directory, Self.monitor)
        }
    }

    @Test("pcocc's own sample is accepted")
    func sample() throws {
        let options = try #require(
            try ConfiguredOptions.load(from: SettingsScratch.fixtures("pcocc"), Self.monitor))
        #expect(options.words(for: Self.monitor) == ["--ufm-host=ufm1.local,ufm2.local"])
    }

    @Test("A directory below the standard one is an instance's, and no other is")
    func instances() {
        #expect(ConfigDirectory(path: "/etc/pcocc/east").instance == "east")
        #expect(ConfigDirectory(path: "/etc/pcocc/east/").instance == "east")
        for path in ["/etc/pcocc", "/etc/pcocc/", "/etc/pcocc/a/b", "/srv/etc/pcocc/a", "etc/pcocc/a", "/etc/other/a"] {
            #expect(ConfigDirectory(path: path).instance == nil, "\(path)")
        }
    }

    @Test("An instance has to name its fabric, and where its ledger is a file, which")
    func instanceRule() {
        func problem(_ namesFabric: Bool, _ ledger: String?) -> String? {
            ConfigDirectory.problem(ofInstance: "east", namesFabric: namesFabric, ledger: ledger)
        }
        #expect(problem(false, nil)?.hasSuffix("add `fabric: east`") == true)
        #expect(problem(true, "file")?.contains("`ledger: file:/var/lib/surf-ufm-pkeyd-east/ledger.json`") == true)
        for ledger in [nil, "etcd", "file:/x"] { #expect(problem(true, ledger) == nil) }
    }

    private func failure(_ text: String) throws -> String {
        try scratch.write(text, to: "ufm.yaml")
        let failure = SettingsScratch.failure { () throws(SettingsError) in
            _ = try ConfiguredOptions.load(from: scratch.directory, Self.monitor)
        }
        return try #require(failure)
    }
}
