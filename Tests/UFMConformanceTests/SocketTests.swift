import Fabric
import Testing
import Transport
import UFMClient
import UFMModel
import UFMSimulator

/// The same over real sockets and libcurl, so that a cut, a hang and half a body are what the wire makes of them.
@Suite("The client against the simulator on a socket", .timeLimit(.minutes(20)))
struct SocketTests {
    private typealias Kind = UFMSimulator.Fault.Kind

    private static let kinds: [Kind] =
        [500, 502, 503, 504, 429].map { .status($0) } + [500, 503].map { .statusAfterActing($0) }
        + [
            .answer(status: 200, contentType: "text/html", body: "<html>Log in</html>"),
            .answer(status: 302, contentType: "text/html", body: ""), .delay(.milliseconds(400)), .hang,
            .cutBeforeActing, .cutAfterActing, .truncateBody, .repeatAfter(.milliseconds(5)),
        ]

    private static let key = 0x67 as UInt16

    private func client(_ simulator: UFMSimulator, _ http: HTTPClient, patience: Duration) -> UFMClient {
        UFMClient(
            configuration: UFMConfiguration(
                hosts: ["127.0.0.1:\(simulator.port)"], scheme: .http,
                credentials: .basic(user: "admin", password: Bench.password), readTimeout: patience,
                writeTimeout: patience),
            transport: http)
    }

    /// The route whose method and path a step uses first.
    private func route(of step: Step) -> (method: String, path: String) {
        let pkeys = "/ufmRest/resources/pkeys/"
        return switch step {
        case .create: ("POST", pkeys + "add")
        case .add: ("POST", pkeys)
        case .replace: ("PUT", pkeys)
        case .remove: ("DELETE", pkeys + "0x67/guids/")
        case .delete: ("DELETE", pkeys + "0x67")
        case .setQoS: ("PUT", pkeys + "qos_conf")
        }
    }

    @Test("A fault on the wire ends in what was asked or in an error that fits")
    func faults() async throws {
        let simulator = try await UFMSimulator.start()
        let http = try HTTPClient()
        let key = try PKey(parsing: "0x67")
        let patient = client(simulator, http, patience: .seconds(20))
        let hasty = client(simulator, http, patience: .milliseconds(200))
        var count = 0
        for kind in Self.kinds {
            for (before, step) in FaultTests.deeds {
                simulator.edit { $0 = $0.filter { $0.key == 0x7fff } }
                simulator.seed(.init(key: 0x4000, members: [Bench.ports[0].value: .init()]))
                if !before.isEmpty { try await Step.replace(before).perform(patient, key, from: simulator.known(key)) }
                let route = route(of: step)
                let (start, sent) = (simulator.partitions, simulator.requests.count)
                let members = start[Self.key]?.fabricMembers ?? []
                simulator.inject(.init(kind, method: route.method, path: route.path))
                var failure: UFMError?
                do throws(UFMError) { try await step.perform(hasty, key, from: simulator.known(key)) } catch {
                    failure = error
                }
                try await settle(simulator)
                let end = simulator.partitions
                let what = "\(kind) \(step.name): \(failure.map { "\($0)" } ?? "no error")"
                #expect(simulator.requests.count > sent && simulator.faults.isEmpty, "\(what)")
                #expect(end[0x4000] == start[0x4000] && end[0x7fff] == start[0x7fff], "\(what)")
                #expect(failure?.outcome != .notApplied || end[Self.key] == start[Self.key], "\(what)")
                if failure == nil {
                    #expect(end[Self.key]?.fabricMembers ?? [] == step.members(after: members), "\(what)")
                }
                try await step.perform(patient, key, from: simulator.known(key))
                let done = simulator.partitions[Self.key]?.fabricMembers ?? []
                #expect(done == step.members(after: members), "\(what)")
                count += 1
            }
        }
        print("conformance: \(count) combinations of fault and deed on a socket")
        http.shutdown()
        try await simulator.shutdown()
    }

    /// Waits until delayed requests and duplicates have acted; what hangs never does.
    private func settle(_ simulator: UFMSimulator) async throws {
        try await simulator.waitFor("the end of all requests") { state in
            let repeats = state.requests.count { $0.fault == "repeat" }
            let duplicates = state.requests.count { $0.fault == "duplicate" && $0.end != nil }
            return repeats == duplicates && state.requests.allSatisfy { $0.end != nil || $0.fault == "hang" }
        }
    }

    @Test("A ping tells release, time, login, server and the certificate to pin")
    func ping() async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.tls = .selfSigned(directory: nil)
        let simulator = try await UFMSimulator.start(configuration: configuration)
        let http = try HTTPClient()
        var ufm = UFMConfiguration(
            hosts: ["127.0.0.1:\(simulator.port)"], credentials: .basic(user: "admin", password: Bench.password),
            tls: TLSSettings(verification: .none))
        let sign = try await UFMClient(configuration: ufm, transport: http).ping()
        #expect(sign.version.text == "6.22.1-3")
        #expect(sign.latency > .zero && sign.latency < .seconds(20))
        #expect(sign.authentication == "basic")
        #expect(sign.server == simulator.url)
        let certificate = try #require(sign.certificate)
        #expect(certificate.subject == "CN=ufm-simulator")
        // Who pins what the ping told gets in.
        ufm.tls = TLSSettings(verification: .fingerprint(certificate.fingerprint))
        #expect(try await UFMClient(configuration: ufm, transport: http).version().text == "6.22.1-3")
        http.shutdown()
        try await simulator.shutdown()
    }

    @Test("Every single answer to an open question leads to the same life on a socket")
    func life() async throws {
        let simulator = try await UFMSimulator.start()
        let http = try HTTPClient()
        let key = try PKey(parsing: "0x67")
        let client = client(simulator, http, patience: .seconds(20))
        let some = [Bench.member(1), Bench.member(2, .limited), Bench.member(3)]
        // The simulator knows no ports here: where it insists on that, every GUID is unknown to it.
        for (name, values) in Switches.conformanceValues where name != "unknownGuid" && name != "standby" {
            for value in values where name != "applyDelay" || value == "0" {
                // Whose lists cannot be read is a test of its own.
                if OddityTests.unlistable.contains(where: { $0.name == name && $0.value == value }) { continue }
                var switches = Switches()
                try switches.set(name, to: value)
                simulator.changeSwitches { $0 = switches }
                for step in [
                    Step.create, .create, .add(some), .replace([Bench.member(2), Bench.member(6)]),
                    .remove([Bench.ports[2], Bench.ports[9]]), .remove(Bench.ports), .remove(Bench.ports), .add(some),
                    .delete, .delete,
                ] {
                    let before = simulator.partitions[Self.key]?.fabricMembers ?? []
                    try await step.perform(client, key, from: simulator.known(key))
                    let after = simulator.partitions[Self.key]?.fabricMembers ?? []
                    #expect(after == step.members(after: before), "\(name)=\(value) \(step.name)")
                    #expect(try await client.snapshot()[key]?.members ?? [] == after, "\(name)=\(value) \(step.name)")
                }
            }
        }
        http.shutdown()
        try await simulator.shutdown()
    }
}

extension UFMSimulator {
    /// The partition as it really is.
    fileprivate func known(_ key: PKey) -> Fabric.Partition? { partitions[key.number.value]?.fabricPartition }
}
