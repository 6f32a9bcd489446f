import EtcdGateway
import EtcdV2
import Foundation
import TestSupport
import Testing
import Transport

/// From a key that is written to the request that UFM gets, in v2 and in v3. Times are told, and judged only where they are
/// far off.
@Suite("How soon a key of the v2 store is in UFM")
struct V2PromptnessTests {
    private static let rounds = ProcessInfo.processInfo.environment["ROUNDS"].flatMap { Int($0) } ?? 20

    private struct Times {
        let middle: Duration
        let longest: Duration
    }

    /// Sets a key again and again; gives the middle and the longest of the times until UFM has it.
    private func times(
        _ site: Site, _ write: (Int, UInt64) async throws -> Void
    ) async throws -> Times {
        var times: [Duration] = []
        for round in 0..<Self.rounds {
            let host = UInt64(0x100 + round)
            let start = ContinuousClock.now
            try await write(round, host)
            try await site.waitForMembers([host], of: 0x200e)
            times.append(start.duration(to: .now))
        }
        times.sort()
        return Times(middle: times[times.count / 2], longest: times[times.count - 1])
    }

    private static func value(_ host: UInt64) -> String {
        let digits = String(host, radix: 16)
        return "{'host_guids': ['0x\(String(repeating: "0", count: 16 - digits.count))\(digits)'], 'vf_guids': []}"
    }

    @Test("An event of v2 is in UFM as soon as one of v3 is, with a login or without", arguments: [false, true])
    func events(hasLogin: Bool) async throws {
        let key = Site.pkeyPrefix + "0x200e"
        let inV3 = try await withSite(.http, .v2) { site -> Times in
            let daemon = try site.startDaemon("--etcd-api", "v3")
            try await daemon.waitForLine(containing: "UFM Status")
            let found = try await withKeyWriter(site) { writer in
                try await self.times(site) { _, host in try await writer.put(0x200e, hosts: [host]) }
            }
            #expect(try await daemon.stop() == .code(0))
            return found
        }
        let inV2 = try await withSite(.http, .v2) { site -> Times in
            if hasLogin { try await site.etcd.enableV2Authentication(rootPassword: site.options.etcdPassword) }
            let transport = try HTTPClient()
            defer { transport.shutdown() }
            let member = try EtcdEndpoint(parsing: site.etcd.clientURL, defaultScheme: .http, defaultPort: 2379)
            let login = EtcdConfiguration.Login(user: "root", password: site.options.etcdPassword)
            let client = try EtcdV2Client(
                EtcdConfiguration(endpoints: [member], login: hasLogin ? login : nil), transport: transport)
            try await client.set(key, to: Self.value(0x99))
            let daemon = try site.startDaemon("--etcd-api", "v2")
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            let found = try await self.times(site) { _, host in try await client.set(key, to: Self.value(host)) }
            #expect(try await daemon.stop() == .code(0))
            return found
        }
        print(
            "event → UFM, login \(hasLogin): v3 \(inV3.middle), at most \(inV3.longest); v2 \(inV2.middle), at most \(inV2.longest)"
        )
        #expect(inV2.middle < inV3.middle + .seconds(2))
    }
}
