import Foundation
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("How soon the next change arrives when a member goes", .timeLimit(.minutes(20)), .serialized)
struct FailoverSpeedTests {
    /// What happens to the member in use.
    enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case freezes, isKilled, stops

        var testDescription: String { rawValue }
    }

    @Test(
        "The next change is soon there when the member in use freezes, is killed or stops in good order",
        arguments: Fault.allCases, [false, true])
    func nextChange(_ fault: Fault, isEncrypted: Bool) async throws {
        let authority = try await CertificateAuthority()
        let tls = isEncrypted ? EtcdOptions.TLS(authority: authority, server: try await authority.server()) : nil
        let trust = TLSSettings(verification: .authority(caFile: authority.certificate))
        try await withEtcdCluster(EtcdOptions(tls: tls)) { cluster in
            let endpoints = try cluster.members.map { try $0.member }
            try await withGateway(endpoints, tls: trust) { reading in
                try await withGateway(Array(endpoints.reversed()), tls: trust) { writing in
                    // The leader is not to be the one that goes: its election is etcd's time and not ours.
                    let leader = try await leader(of: writing)
                    let victim = leader == endpoints[0] ? 1 : 0
                    if victim == 1 { reading.leave(endpoints[0]) }
                    let following = Following(reading, "/f/")
                    try await following.reaches("list") { $0.lists == [.start] }
                    let first = try await writing.put("/f/0".bytes, [])
                    try await following.reaches("first change") { $0.revisions == [first] }

                    let start = ContinuousClock.now
                    let stopping = Task {
                        switch fault {
                        case .freezes: await cluster.pause(victim)
                        case .isKilled: try await cluster.kill(victim)
                        case .stops: try await cluster.members[victim].stop()
                        }
                    }
                    if fault != .stops { try await stopping.value }
                    // Changes go on being made; each is told, and none much later than it was made.
                    var longest = Duration.zero
                    let writer = writing
                    writer.leave(endpoints[victim])
                    for number in 1...8 {
                        let revision = try await writer.put("/f/\(number)".bytes, [])
                        let made = ContinuousClock.now
                        try await following.reaches("change \(number)") {
                            $0.revisions.last == revision
                        }
                        longest = max(longest, made.duration(to: .now))
                        try await Task.sleep(for: .milliseconds(300))
                    }
                    print(
                        "\(fault), \(isEncrypted ? "TLS" : "plain"): longest delay \(longest), in all \(start.duration(to: .now))"
                    )
                    // Two seconds on a machine that is not busy; without the pulse it was seven.
                    #expect(longest < .seconds(5))
                    await cluster.resume(victim)
                    try await stopping.value
                }
            }
        }
    }

    private func leader(of client: EtcdClient) async throws -> EtcdEndpoint? {
        await client.statusOfAll().first { (try? $0.status.get().isLeader) == true }?.endpoint
    }
}
