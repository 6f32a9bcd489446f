import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Ports that move from one partition to another, on UFMs that take their time or do not take everything.
@Suite("Ports that move")
struct MovingPortTests {
    /// Notes whenever a port is in more than one partition, and when it left and joined.
    private final class PortWatch: Sendable {
        private struct Findings: Sendable {
            var looks = 0
            var twice: [String] = []
            var since: [UInt16: ContinuousClock.Instant] = [:]
        }

        private let port: UInt64
        private let findings = Watched(Findings())

        init(_ port: UInt64) {
            self.port = port
        }

        var looks: Int { findings.read { $0.looks } }
        var twice: [String] { findings.read { $0.twice } }

        private func look(at state: UFMSimulator.State) {
            let holders = state.partitions.filter { $0.key < 0x4000 && $0.value.members[port] != nil }.keys.sorted()
            findings.update { findings in
                findings.looks += 1
                if holders.count > 1 {
                    findings.twice.append("in \(holders) after request \(state.requests.count)")
                }
            }
        }

        /// Looks from the beginning of the body to its end.
        func during(
            _ site: Site, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
        ) async throws {
            async let _: Void = wait(site)
            _ = await findings.wait { $0.looks > 0 ? true : nil }
            try await body()
        }

        private func wait(_ site: Site) async {
            try? await site.ufm.waitFor("the end of the test", timeout: .seconds(3600)) { state in
                self.look(at: state)
                return false
            }
        }
    }

    private static let moving = KeyWriter.hosts(of: 1, count: 1)
    private static let other = KeyWriter.hosts(of: 2, count: 1)

    @Test(
        "A port never is in two partitions, though removals take 3 s and additions 0.3 s; others need not wait for it",
        arguments: KeyPlace.allCases)
    func slowRemovals(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            try await withKeyWriter(site) { keys in
                try await keys.put(0x2001, hosts: Self.moving)
                try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
                site.ufm.inject(UFMSimulator.Fault(.delay(.seconds(3)), method: "DELETE", count: nil))
                site.ufm.inject(UFMSimulator.Fault(.delay(.milliseconds(300)), method: "POST", count: nil))
                site.ufm.inject(UFMSimulator.Fault(.delay(.milliseconds(300)), method: "PUT", count: nil))
                let watch = PortWatch(Self.moving.first ?? 0)
                let clock = ContinuousClock()
                var figures: [Duration] = []
                try await watch.during(site) {
                    try await keys.delete(0x2001)
                    try await keys.put(0x2002, hosts: Self.moving.union(Self.other))
                    let start = clock.now
                    try await site.waitForMembers(Self.other, of: 0x2002)
                    figures.append(start.duration(to: clock.now))
                    try await daemon.waitForLine(containing: "PKey 0x2002 waits for [0000000000000101]")
                    try await site.waitForMembers(nil, of: 0x2001)
                    figures.append(start.duration(to: clock.now))
                    try await site.waitForMembers(Self.moving.union(Self.other), of: 0x2002)
                    figures.append(start.duration(to: clock.now))
                    try await daemon.waitForLine(containing: "PKey 0x2002 waits for no port any more")
                    try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2002")
                    #expect(try await site.entries(prefix: "/surf-ufm-pkeyd/default/notes/").isEmpty)
                }
                print(
                    "moved port: others joined after \(figures[0]), it left after \(figures[1]), joined after \(figures[2])"
                )
                #expect(watch.twice.isEmpty && watch.looks > 5, "\(watch.twice)")
            }
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "Everybody can see which port a partition waits for, and in which other one it still is",
        arguments: KeyPlace.allCases)
    func waiting(keys place: KeyPlace) async throws {
        try await withSite(.http, keys: place) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.put(pkey: "0x2001", hosts: ["0000000000000101"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            // It does not leave before it is let go of.
            site.ufm.inject(UFMSimulator.Fault(.status(409), method: "DELETE", count: nil))
            try await site.delete(pkey: "0x2001")
            try await site.put(pkey: "0x2002", hosts: ["0000000000000101", "0000000000000201"])
            try await site.waitForMembers(Self.other, of: 0x2002)
            try await daemon.waitForLine(containing: "PKey 0x2002 waits for [0000000000000101]")
            try await eventually("waiting") { try await site.statusOf("0x2002")?.state == "waiting" }
            let waiting = try await site.status("--wait", "0x2002", "--timeout", "1")
            #expect(
                waiting.errors.contains(
                    "0x2002 is waiting: waits for [0000000000000101], which PKey 0x2001 still has"),
                "\(waiting.errors)")
            site.ufm.clearFaults()
            try await site.waitForMembers(Self.moving.union(Self.other), of: 0x2002)
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2002")
            #expect(try await site.entries(prefix: "/surf-ufm-pkeyd/default/notes/").isEmpty)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "Two partitions that swap their ports are both right in the end, and no port is ever in both",
        arguments: KeyPlace.allCases)
    func swapping(keys place: KeyPlace) async throws {
        try await withSite(.http, keys: place) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            try await withKeyWriter(site) { keys in
                try await keys.put(0x2001, hosts: Self.moving)
                try await keys.put(0x2002, hosts: Self.other)
                try await site.waitForPartitions([0x2001: Self.moving, 0x2002: Self.other])
                let watches = (Self.moving.union(Self.other)).map(PortWatch.init)
                try await watches[0].during(site) {
                    try await watches[1].during(site) {
                        // In one revision: until then, etcd would want one of them in both.
                        let changes = [(0x2001, Self.other), (0x2002, Self.moving)].map { pkey, hosts in
                            let key = Site.pkeyPrefix + "0x" + String(pkey, radix: 16)
                            let guid = String((hosts.first ?? 0) | 1 << 60, radix: 16).dropFirst()
                            return "put \"\(key)\" \"{'host_guids': ['0x0\(guid)'], 'vf_guids': []}\"\n"
                        }
                        switch place {
                        case .v3: try await site.etcd.etcdctl("txn", input: "\n" + changes.joined() + "\n\n")
                        // Which v2 does not have: one gives up its port before the other one takes it.
                        case .v2:
                            try await keys.put(0x2001, hosts: [])
                            try await keys.put(0x2002, hosts: Self.moving)
                            try await keys.put(0x2001, hosts: Self.other)
                        }
                        try await site.waitForPartitions([0x2001: Self.other, 0x2002: Self.moving])
                    }
                }
                #expect(watches.flatMap(\.twice).isEmpty)
            }
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// What a UFM does with the one request that sets all members.
    enum Refusal: String, CaseIterable, Sendable {
        case method = "405"
        case notImplemented = "501"
        case pageWith500 = "500 with a page"
        case rejected = "400"
        case takenAndNotDone = "200, and nothing done"

        var fault: UFMSimulator.Fault.Kind {
            switch self {
            case .method: .status(405)
            case .notImplemented: .status(501)
            case .pageWith500: .status(500)
            case .rejected: .answer(status: 400, contentType: "application/json", body: "{}")
            case .takenAndNotDone: .answer(status: 200, contentType: "application/json", body: "{}")
            }
        }

        /// Whether it says something of the request's content, so that it is worth trying with another.
        var isOfContent: Bool { self == .rejected }
    }

    @Test(
        "A tenant is replaced on a UFM that does not take PUT, and no two are ever together",
        arguments: Refusal.allCases)
    func refusedReplacement(_ refusal: Refusal) async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            site.ufm.inject(UFMSimulator.Fault(refusal.fault, method: "PUT", count: nil))
            let watch = TenantWatch()
            let clock = ContinuousClock()
            var figures: [Duration] = []
            try await withKeyWriter(site) { keys in
                try await watch.during(site) {
                    for tenant in 1...5 {
                        let hosts = KeyWriter.hosts(of: UInt64(tenant), count: 3)
                        let start = clock.now
                        try await keys.put(0x2001, hosts: hosts)
                        try await site.waitForMembers(hosts, of: 0x2001)
                        figures.append(start.duration(to: clock.now))
                    }
                }
            }
            try await site.ufm.waitFor("the last read") { $0.requests.last?.isWrite == false }
            let puts = site.ufm.requests.count { $0.method == "PUT" }
            print(
                "PUT answered \(refusal.rawValue): \(puts) in 4 replacements, the slowest took \(figures.max() ?? .zero)"
            )
            #expect(watch.mixtures.isEmpty)
            #expect(puts == (refusal.isOfContent ? 4 : 2))
            #expect(!daemon.output.contains("UFM does not answer"))
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("Where POST makes no partition and PUT is refused, one is made empty and filled")
    func onlyEmptyMade() async throws {
        var options = Site.Options()
        options.simulator.ufm.switches.postMissing = .notFound
        try await withSite(.http, options) { site in
            site.ufm.inject(UFMSimulator.Fault(.status(405), method: "PUT", count: nil))
            let daemon = try site.startDaemon()
            try await withKeyWriter(site) { keys in
                for tenant in 1...2 {
                    let hosts = KeyWriter.hosts(of: UInt64(tenant), count: 3)
                    try await keys.put(0x2001, hosts: hosts)
                    try await site.waitForMembers(hosts, of: 0x2001)
                }
                try await keys.delete(0x2001)
                try await site.waitForMembers(nil, of: 0x2001)
            }
            #expect(site.ufm.requests.contains { $0.path.hasSuffix("/pkeys/add") })
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
