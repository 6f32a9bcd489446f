import Adapters
import EtcdGateway
import EtcdV2
import TestSupport
import Testing
import Transport

@Suite("Whether a v3 store beside a v2 store with passwords is open to everybody", .timeLimit(.minutes(20)))
struct StoreSurveyTests {
    /// Asks an etcd whose v2 store asks for a password, with a member before it in the list that is down.
    private func isOpen(v3Password: String?) async throws -> Bool {
        let options = EtcdOptions(
            rootPassword: v3Password, arguments: ["--bcrypt-cost", "4"] + EtcdServer.v2Arguments)
        return try await withEtcd(options) { etcd in
            try await etcd.enableV2Authentication(rootPassword: "pa55word")
            let transport = try HTTPClient()
            defer { transport.shutdown() }
            let down = "127.0.0.1:\(try FreePort.find(1)[0])"
            let endpoints = try [down, etcd.endpoint].map {
                try EtcdEndpoint(parsing: $0, defaultScheme: .http, defaultPort: 2379)
            }
            let login = EtcdConfiguration.Login(user: "root", password: "pa55word")
            let known = EtcdConfiguration(endpoints: endpoints, login: login)
            let nobody = try EtcdClient(EtcdConfiguration(endpoints: endpoints), transport: transport)
            let survey = StoreSurvey(
                try EtcdClient(known, transport: transport), try EtcdV2Client(known, transport: transport),
                prefix: "/pcocc/global/opensm/pkeys/")
            return try await survey.isOpenBesideProtected(nobody)
        }
    }

    @Test("One that asks for passwords as well says so, though another member is down")
    func protected() async throws {
        #expect(try await !isOpen(v3Password: "other"))
    }

    @Test("One that asks for none lets everybody in, whichever member is down")
    func open() async throws {
        #expect(try await isOpen(v3Password: nil))
    }
}
