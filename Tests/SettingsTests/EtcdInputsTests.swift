import EtcdGateway
import Testing
import Transport

@testable import Settings

@Suite("etcd, from options and files")
struct EtcdInputsTests {
    private let scratch: SettingsScratch

    init() throws {
        scratch = try SettingsScratch()
    }

    private func resolve(
        _ variables: [String: String] = [:], _ change: (inout EtcdInputs) -> Void = { _ in }
    ) -> Resolved<EtcdConfiguration> {
        var inputs = EtcdInputs()
        change(&inputs)
        return inputs.resolve(scratch.sources(variables))
    }

    private func urls(_ resolved: Resolved<EtcdConfiguration>) throws -> [String] {
        try resolved.result.get().endpoints.map(\.url)
    }

    @Test("Without options and files it is the etcd of this machine, without a login")
    func defaults() throws {
        let resolved = resolve()
        #expect(try urls(resolved) == ["http://localhost:2379"])
        #expect(try resolved.result.get().login == nil)
        #expect(resolved.notes.isEmpty)
    }

    @Test("Endpoints win over a host, a host over the file's servers, and a port of an endpoint over all others")
    func precedence() throws {
        try scratch.write("settings: {etcd-servers: [a, b], etcd-client-port: 4001}", to: "batch.yaml")
        #expect(try urls(resolve()) == ["http://a:4001", "http://b:4001"])
        #expect(try urls(resolve { $0.host = "c" }) == ["http://c:4001"])
        #expect(try urls(resolve { ($0.host, $0.port) = ("c", 5) }) == ["http://c:5"])
        #expect(
            try urls(resolve { ($0.host, $0.endpoints) = ("c", " d , https://e:6,,") })
                == ["http://d:4001", "https://e:6"])
    }

    @Test(
        "A CA or certificate of the options means https, one of the file does not; http makes them useless, and is told"
    )
    func scheme() throws {
        #expect(try urls(resolve { $0.caCertificate = "/ca" }) == ["https://localhost:2379"])
        #expect(try urls(resolve { $0.certificateFile = "/cert" }) == ["https://localhost:2379"])
        try scratch.write("settings: {etcd-servers: [a], etcd-ca-cert: /ca}", to: "batch.yaml")
        let file = resolve()
        #expect(try urls(file) == ["http://a:2379"])
        #expect(try file.result.get().tls.verification == .authority(caFile: "/ca"))
        #expect(file.notes.isEmpty)
        let contradiction = resolve { ($0.scheme, $0.caCertificate) = (.http, "/other") }
        #expect(try urls(contradiction) == ["http://a:2379"])
        #expect(contradiction.notes.count == 1)
        #expect(try contradiction.result.get().tls.verification == .authority(caFile: "/other"))
    }

    @Test("A user's password is looked up and its place told; without a user it is root's where pcocc uses passwords")
    func login() throws {
        let path = try scratch.write("secret\n", to: "etcd-password")
        #expect(try resolve().result.get().login == nil)
        let user = resolve { $0.user = "pkeyd" }
        #expect(try user.result.get().login?.user == "pkeyd")
        #expect(try user.result.get().login?.password == "secret")
        #expect(user.notes == [.origin("etcd password from \(path)")])
        try scratch.write("settings: {etcd-servers: [a], etcd-auth-type: password}", to: "batch.yaml")
        #expect(try resolve().result.get().login?.user == "root")
        try scratch.write("settings: {etcd-servers: [a], etcd-auth-type: none}", to: "batch.yaml")
        let none = resolve { $0.user = "pkeyd" }
        #expect(try none.result.get().login == nil)
        #expect(none.notes == [.origin("no etcd login: batch.yaml says etcd-auth-type: none")])
        #expect(try resolve { ($0.user, $0.password) = ("pkeyd", "given") }.result.get().login?.password == "given")
    }

    @Test("What cannot be used is an error that says where to mend it, and what was found before is told all the same")
    func failures() throws {
        #expect(SettingsScratch.failure(resolve { $0.endpoints = " , " }) == "etcd: --etcd-endpoints names no endpoint")
        let scheme = SettingsScratch.failure(resolve { $0.endpoints = "ftp://a" })
        #expect(scheme == "etcd: etcd endpoint ftp://a: the scheme must be http or https")
        let missing = SettingsScratch.failure(resolve { $0.user = "pkeyd" })
        #expect(
            missing
                == "no etcd password for pkeyd: put it into \(scratch.path)/etcd-password, a systemd credential "
                + "etcd-password, SURF_UFM_PKEYD_ETCD_PASSWORD or --etcd-password")
        try scratch.write("settings: {etcd-server: a}", to: "batch.yaml")
        let servers = resolve()
        #expect(
            SettingsScratch.failure(servers)
                == "etcd: \(scratch.path)/batch.yaml names no etcd-servers; add them, or give --etcd-endpoints")
        #expect(servers.notes.count == 1)
    }
}
