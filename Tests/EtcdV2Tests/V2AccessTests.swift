import EtcdGateway
import TestSupport
import Testing
import Transport

@testable import EtcdV2

@Suite("Who may do what in the v2 store, and how it is reached", .timeLimit(.minutes(20)))
struct V2AccessTests {
    private static let root = EtcdConfiguration.Login(user: "root", password: "pa55:wörd")

    private func withAuthentication(_ body: (EtcdServer) async throws -> Void) async throws {
        try await withEtcd(.v2) { etcd in
            try await etcd.enableV2Authentication(rootPassword: Self.root.password)
            try await body(etcd)
        }
    }

    @Test("Root reads and writes; nobody without a login, or with a wrong password, does")
    func rootAlone() async throws {
        try await withAuthentication { etcd in
            try await withV2Client([try etcd.member], login: Self.root) { client in
                try await client.set("/p/k", to: "1")
                #expect(try await client.get("/p/k")?.value == "1")
            }
            try await withV2Client([try etcd.member]) { client in
                let error = await failure { () async throws(EtcdError) in try await client.list("/p") }
                #expect(error?.kind == .credentialsMissing)
            }
            let wrong = EtcdConfiguration.Login(user: "root", password: "wrong")
            try await withV2Client([try etcd.member], login: wrong) { client in
                for _ in 0..<2 {
                    let error = await failure { () async throws(EtcdError) in try await client.set("/p/k", to: "2") }
                    #expect(error?.kind == .refusedCredentials && "\(error!)".contains("wrong") == true)
                }
                client.renew(login: Self.root)
                try await client.set("/p/k", to: "2")
            }
        }
    }

    @Test("A role that may read the directory can list and follow it, and is told that it may not write")
    func readingRole() async throws {
        try await withAuthentication { etcd in
            try await etcd.addV2Reader("pkeyd", password: "r", of: "/p/*", rootPassword: Self.root.password)
            try await withV2Client([try etcd.member], login: Self.root) { writer in
                try await writer.set("/p/a", to: "1")
                try await writer.set("/q/a", to: "1")
                let login = EtcdConfiguration.Login(user: "pkeyd", password: "r")
                try await withV2Client([try etcd.member], login: login) { reader in
                    let following = V2Following(reader, "/p/")
                    try await following.reaches("list") { $0.keys == ["/p/a": "1"] }
                    try await writer.set("/p/b", to: "1")
                    try await following.reaches("event") { $0.changes == ["/p/b=1"] }
                    let write = await failure { () async throws(EtcdError) in try await reader.set("/p/a", to: "2") }
                    #expect(write?.kind == .permissionDenied)
                    let other = await failure { () async throws(EtcdError) in try await reader.list("/q") }
                    #expect(other?.kind == .refusedCredentials && other?.message.contains("no role") == true)
                }
            }
        }
    }

    @Test("A member behind TLS is believed by its authority, and followed")
    func encrypted() async throws {
        let authority = try await CertificateAuthority()
        let server = try await authority.server()
        var options = EtcdOptions.v2
        options.tls = .init(authority: authority, server: server)
        try await withEtcd(options) { etcd in
            let tls = TLSSettings(verification: .authority(caFile: authority.certificate))
            try await withV2Client([try etcd.member], tls: tls) { client in
                let following = V2Following(client, "/p/")
                try await following.reaches("list") { $0.lists == [.start] }
                for number in 0..<20 { try await client.set("/p/k", to: "\(number)") }
                try await following.reaches("events") { $0.changes.count == 20 }
            }
            try await withV2Client([try etcd.member]) { client in
                guard
                    case .transport(.untrustedCertificate) = await failure(of: { () async throws(EtcdError) in
                        try await client.get("/p/k")
                    })?.kind
                else {
                    Issue.record("the certificate was believed")
                    return
                }
            }
        }
    }

    @Test(
        "With a member killed or frozen, all that is written through the others is told, once",
        arguments: [true, false])
    func oneMemberDown(isKilled: Bool) async throws {
        try await withEtcdCluster(.v2) { cluster in
            let endpoints = try cluster.members.map { try $0.member }
            try await withV2Client(endpoints) { client in
                // The writer asks the others alone: what is unknown to have been written says nothing of what is told.
                try await withV2Client(Array(endpoints[1...]), timeout: .seconds(30)) { writer in
                    try await client.set("/p/k", to: "start")
                    let following = V2Following(client, "/p/")
                    try await following.reaches("list") { $0.lists == [.start] }
                    try await eventually("the first member serves the watch") { following.lists.isFollowed }
                    if isKilled { try await cluster.kill(0) } else { await cluster.pause(0) }
                    try await eventually("writing goes on") {
                        do throws(EtcdError) {
                            try await writer.set("/q", to: "1")
                            return true
                        } catch {
                            return false
                        }
                    }
                    for number in 0..<50 { try await writer.set("/p/k", to: "\(number)") }
                    let expected = (0..<50).map { "/p/k=\($0)" }
                    try await following.reaches("all of it") {
                        $0.changes.filter { $0 != "/p/k=start" } == expected
                    }
                    if !isKilled { await cluster.resume(0) }
                    try await writer.set("/p/k", to: "end")
                    try await following.reaches("what comes after") { $0.changes.last == "/p/k=end" }
                    #expect(following.state.read(\.lists) == [.start])
                }
            }
        }
    }
}
