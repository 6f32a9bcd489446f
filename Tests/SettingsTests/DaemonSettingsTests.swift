import EtcdGateway
import Fabric
import Planning
import Reconciler
import Testing
import UFMClient

@testable import Settings

@Suite("What the daemon runs on")
struct DaemonSettingsTests {
    private let scratch: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
    }

    private func inputs(hosts: String = "a,b:8443") -> DaemonInputs {
        var etcd = EtcdInputs()
        etcd.user = "pkeyd"
        var ufm = UFMInputs(.daemon)
        ufm.user = "admin"
        ufm.host = hosts
        var engine = EngineInputs(
            directory: PKeyDirectoryInputs(range: nil),
            flags: FlagPolicy(index0: .none, ipOverIB: true))
        engine.resyncInterval = .seconds(7)
        engine.concurrency = 3
        engine.runsOnce = true
        engine.enforcesFlags = true
        engine.policy = .upsertOnly
        return DaemonInputs(configDirectory: scratch.path, etcd: etcd, ufm: ufm, engine: engine)
    }

    private func writeFiles() throws {
        try scratch.write("one", to: "etcd-password")
        try scratch.write("two", to: "ufm-password")
    }

    private let environment = ProcessEnvironment([:])

    @Test("Options and files make one value, with everything that is to be told in the order of the modules")
    func resolved() throws {
        try writeFiles()
        try scratch.write(
            "ib: {type: infiniband, settings: {min-pkey: '0x2000', max-pkey: '0x2fff'}}", to: "networks.yaml")
        let resolved = inputs().resolve(environment)
        let settings = try resolved.result.get()
        #expect(settings.etcd.login?.password == "one")
        #expect(settings.ufm.credentials == .basic(user: "admin", password: "two"))
        #expect(settings.engine.fabricName == "https://a,b:8443")
        #expect(settings.engine.resyncInterval == .seconds(7))
        #expect(settings.engine.concurrency == 3)
        #expect(settings.engine.runsOnce && settings.engine.enforcesFlags)
        #expect(settings.engine.limits.policy == .upsertOnly)
        #expect(settings.engine.limits.range.description == "0x2000-0x2fff")
        #expect(
            resolved.notes == [
                .origin("etcd password from \(scratch.path)/etcd-password"),
                .origin("UFM password from \(scratch.path)/ufm-password"),
                .origin("managed range 0x2000-0x2fff, from \(scratch.path)/networks.yaml"),
            ])
    }

    @Test("A range of the options wins over that of networks.yaml")
    func range() throws {
        try writeFiles()
        try scratch.write("nonsense: [", to: "networks.yaml")
        var inputs = inputs()
        inputs.engine.directory.range = try ManagedRange(parsing: "0x1-0x5,0x9-0x9")
        #expect(try inputs.resolve(environment).result.get().engine.limits.range.description == "0x1-0x5,0x9-0x9")
    }

    @Test("A reload reads passwords and hosts anew; where one cannot be read it is an error, and the settings stay")
    func reload() throws {
        try writeFiles()
        let settings = try inputs().resolve(environment).result.get()
        try scratch.write("three", to: "etcd-password")
        try scratch.write("four", to: "ufm-password")
        let renewal = try settings.reloaded(inputs(hosts: "c")).result.get()
        #expect(renewal.etcdLogin?.password == "three")
        #expect(renewal.ufm.credentials == .basic(user: "admin", password: "four"))
        #expect(renewal.ufm.hosts == ["c"])
        try scratch.write("", to: "ufm-password")
        #expect(SettingsScratch.failure(settings.reloaded(inputs()))?.contains("ufm-password: is empty") == true)
        #expect(settings.ufm.hosts == ["a", "b:8443"])
    }

    @Test("A directory that was named and is not there is an error, at the start and at a reload")
    func directory() throws {
        var inputs = inputs()
        inputs.configDirectory = scratch.path + "/none"
        #expect(SettingsScratch.failure(inputs.resolve(environment))?.hasPrefix("--config-dir: ") == true)
    }
}
