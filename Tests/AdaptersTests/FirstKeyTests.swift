import Adapters
import EtcdGateway
import EtcdV2
import TestSupport
import Testing
import Transport

@Suite("A watch for pcocc's first key in the v2 store", .timeLimit(.minutes(20)))
struct FirstKeyTests {
    private static let prefix = "/pcocc/global/opensm/pkeys/"

    private func withSurvey(_ body: (StoreSurvey, EtcdV2Client) async throws -> Void) async throws {
        try await withEtcd(EtcdOptions(arguments: EtcdServer.v2Arguments)) { etcd in
            let transport = try HTTPClient()
            defer { transport.shutdown() }
            let member = try EtcdEndpoint(parsing: etcd.clientURL, defaultScheme: .http, defaultPort: 2379)
            let configuration = EtcdConfiguration(endpoints: [member])
            let v2 = try EtcdV2Client(configuration, transport: transport)
            let v3 = try EtcdClient(configuration, transport: transport)
            try await body(StoreSurvey(v3, v2, prefix: Self.prefix), v2)
        }
    }

    @Test("tells of it at once, though the directory is not there yet, and of nothing that names no PKey")
    func told() async throws {
        try await withSurvey { survey, v2 in
            let arrivals = try #require(await survey.arrivalsInV2())
            let isTold = Watched<Bool?>(nil)
            let waiting = Task {
                let found = await survey.awaitPKey(in: arrivals)
                isTold.update { $0 = found }
            }
            defer { waiting.cancel() }
            try await v2.set("/elsewhere", to: "a")
            try await v2.set(Self.prefix + "README", to: "a")
            try await v2.makeDirectory(Self.prefix + "0x2001")
            try await v2.delete(Self.prefix + "0x2001", isDirectory: true)
            // What comes next is told behind all of these.
            #expect(isTold.read { $0 } == nil)
            try await v2.set(Self.prefix + "0x200e", to: "a")
            #expect(await isTold.wait(timeout: .untilHung) { $0 } == true)
        }
    }

    @Test("begins with what comes after it was opened")
    func present() async throws {
        try await withSurvey { survey, v2 in
            try await v2.set(Self.prefix + "0x200e", to: "a")
            var arrivals = try await V2Arrivals(v2, Self.prefix)
            try await v2.delete(Self.prefix + "0x200e")
            try await v2.set(Self.prefix + "0x200f", to: "a")
            try await v2.set(Self.prefix + "0x2010", to: "a")
            #expect(try await arrivals.next() == Self.prefix + "0x200f")
            #expect(try await arrivals.next() == Self.prefix + "0x2010")
        }
    }

    @Test("cannot be had where v2 is off")
    func off() async throws {
        try await withEtcd(EtcdOptions()) { etcd in
            let transport = try HTTPClient()
            defer { transport.shutdown() }
            let member = try EtcdEndpoint(parsing: etcd.clientURL, defaultScheme: .http, defaultPort: 2379)
            let configuration = EtcdConfiguration(endpoints: [member])
            let v2 = try EtcdV2Client(configuration, transport: transport)
            let survey = StoreSurvey(try EtcdClient(configuration, transport: transport), v2, prefix: Self.prefix)
            let arrivals = await survey.arrivalsInV2()
            #expect(arrivals == nil)
        }
    }
}
