import Glibc
import Testing

@testable import Settings

@Suite("Configuration files")
struct SettingsFileTests {
    private let scratch: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
    }

    private func failure(etcd text: String) throws -> String {
        let file = try scratch.write(text, to: "batch.yaml")
        let failure = SettingsScratch.failure { () throws(SettingsError) in
            _ = try EtcdFileSettings.load(from: scratch.directory)
        }
        return try #require(failure).replacing(file, with: "FILE")
    }

    @Test("pcocc's own sample is read in full, and its CA path does not make it https")
    func realForm() throws {
        let settings = try #require(try EtcdFileSettings.load(from: SettingsScratch.fixtures("pcocc")))
        #expect(settings.servers == ["node1", "node2", "node3"])
        #expect(settings.port == 2379)
        #expect(settings.scheme == .http)
        #expect(settings.authentication == .password)
        #expect(settings.caCertificate == "/etc/etcd/etcd-ca.crt")
        #expect(settings.warnings.isEmpty)
        #expect(settings.path.hasSuffix("Fixtures/pcocc/batch.yaml"))
    }

    @Test("The form of the predecessor's documentation is read, with a warning that pcocc does not")
    func documentedForm() throws {
        let settings = try #require(try EtcdFileSettings.load(from: SettingsScratch.fixtures("config/seed-form")))
        #expect(settings.servers == ["etcd1.local", "etcd2.local", "etcd3.local"])
        #expect(settings.port == 2379)
        #expect(settings.scheme == .https)
        #expect(settings.authentication == nil)
        #expect(settings.caCertificate == "/etc/pcocc/ca.crt")
        #expect(settings.warnings.count == 1)
    }

    @Test("A file that is not there gives nothing; what a file does not say is nil; a quoted port is a port")
    func absence() throws {
        #expect(try EtcdFileSettings.load(from: scratch.directory) == nil)
        try scratch.write("settings:\n  etcd-client-port: \"2379\"\n  etcd-auth-type: munge\n", to: "batch.yaml")
        let settings = try #require(try EtcdFileSettings.load(from: scratch.directory))
        #expect(settings.port == 2379)
        #expect(settings.authentication == .munge)
        #expect(settings.servers == nil)
        #expect(settings.scheme == nil)
        #expect(settings.caCertificate == nil)
    }

    @Test(
        "A wrong setting is refused with file, line, column and what was expected",
        arguments: [
            (
                "etcd-client-port: 0",
                "FILE:3:21: settings.etcd-client-port: expected a port from 1 to 65535, found \"0\""
            ),
            ("etcd-client-port: 65536", "expected a port from 1 to 65535, found \"65536\""),
            ("etcd-client-port: 0x94b", "expected a port"), ("etcd-client-port: 2379.0", "expected a port"),
            ("etcd-client-port: +2379", "expected a port"), ("etcd-client-port: 02379", "expected a port"),
            ("etcd-client-port:", "expected a port from 1 to 65535, found nothing"),
            ("etcd-client-port: [2379]", "found a list"),
            ("etcd-protocol: ftp", "FILE:3:18: settings.etcd-protocol: expected http or https, found \"ftp\""),
            ("etcd-protocol: HTTPS", "expected http or https"), ("etcd-protocol: {}", "found a mapping"),
            ("etcd-auth-type: token", "expected password or munge or none, found \"token\""),
            ("etcd-ca-cert:", "settings.etcd-ca-cert: expected the path of a file, found nothing"),
            ("etcd-ca-cert: ''", "found an empty text"), ("etcd-servers: node1", "expected a list of host names"),
            ("etcd-servers: []", "FILE:3:17: settings.etcd-servers: the list is empty"),
            ("etcd-servers: [node1, ]\n  etcd-servers: [node2]", "FILE:4:3: the key \"etcd-servers\" is there twice"),
            ("etcd-servers: [node1, ~]", "FILE:3:25: settings.etcd-servers: expected a host name, found nothing"),
            ("etcd-servers: [[node1]]", "expected a host name, found a list"),
            ("etcd-servers: [http://node1]", "write the host name alone, and the protocol under etcd-protocol"),
            ("etcd-servers: ['node1:2379']", "write the host name alone, and the port under etcd-client-port"),
            ("etcd-servers: ['node1,node2']", "\"node1,node2\" is not a host name or address"),
            ("etcd-servers: ['a\\nb']", "is not a host name"), ("etcd-servers: [user@node1]", "is not a host name"),
        ])
    func wrongValues(line: String, expected: String) throws {
        let text = try failure(etcd: "type: slurm\nsettings:\n  \(line)\n")
        #expect(text.hasPrefix("FILE:"), "\(text)")
        #expect(text.contains(expected), "\(text)")
        #expect(!text.contains("\n"))
    }

    @Test(
        "A file without the settings it is for is refused, never taken for defaults",
        arguments: [
            ("", "FILE: has no settings in it"), ("# nothing\n", "FILE: has no settings in it"),
            ("- a\n", "FILE:1:1: expected a mapping, found a list"),
            ("settings:\n", "FILE:1:10: settings: expected a mapping, found nothing"),
            ("cluster:\n  etcd: 7\n", "FILE:2:9: cluster.etcd: expected a mapping, found text"),
            ("type: slurm\n", "FILE:1:1: there is no `settings:` in it"),
            ("setings: {etcd-servers: [a]}\n", "there is no `settings:` in it"),
            ("settings: {}\ncluster: {etcd: {}}\n", "FILE:2:17: both `settings:` and `cluster: etcd:` are there"),
        ])
    func unfitFiles(text: String, expected: String) throws {
        #expect(try failure(etcd: text).contains(expected))
    }

    @Test("The broken fixtures are refused where they break")
    func brokenFixtures() throws {
        let broken = SettingsScratch.fixtures("config/broken")
        let etcd = SettingsScratch.failure { () throws(SettingsError) in _ = try EtcdFileSettings.load(from: broken) }
        #expect(
            try #require(etcd).contains("broken/batch.yaml:4:19: did not find expected ',' or ']'"), "\(etcd ?? "")")
        #expect(try #require(etcd).hasSuffix("that begins on line 3"))
        let both = SettingsScratch.failure { () throws(SettingsError) in
            _ = try EtcdFileSettings.load(from: SettingsScratch.fixtures("config/both-forms"))
        }
        #expect(try #require(both).contains("keep `settings:`"))
    }

    @Test("A key that looks like ours but is not known is ignored with a warning; foreign keys are ignored in silence")
    func strangers() throws {
        let file = try scratch.write(
            "type: slurm\nsettings:\n  etcd-port: 1\n  tbon-debug: x\n  etcd-servers: ['fe80::1', '[::1]', 10.0.0.1]\n",
            to: "batch.yaml")
        let settings = try #require(try EtcdFileSettings.load(from: scratch.directory))
        #expect(settings.servers == ["fe80::1", "[::1]", "10.0.0.1"])
        #expect(settings.warnings.count == 1)
        #expect(settings.warnings.first?.hasPrefix("\(file):3:3: settings.etcd-port is ignored") == true)
    }

    @Test("A file that is there but cannot be read is an error in the system's words")
    func unreadable() throws {
        let path = scratch.directory.file("batch.yaml")
        try #require(symlink(path, path) == 0)
        #expect(throws: SettingsError.file(path: path, problem: "cannot be read: Too many levels of symbolic links")) {
            try EtcdFileSettings.load(from: scratch.directory)
        }
    }

    @Test("A file without read permission is an error", .enabled(if: geteuid() != 0, "root may read everything"))
    func noPermission() throws {
        let path = try scratch.write("settings: {}", to: "batch.yaml", mode: 0)
        #expect(throws: SettingsError.file(path: path, problem: "cannot be read: Permission denied")) {
            try EtcdFileSettings.load(from: scratch.directory)
        }
    }
}
