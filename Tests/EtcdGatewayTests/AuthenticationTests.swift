import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("Authentication on a real etcd", .timeLimit(.minutes(20)))
struct AuthenticationTests {
    private static let options = EtcdOptions(rootPassword: "root:pä\"ss")
    private static let root = EtcdConfiguration.Login(user: "root", password: "root:pä\"ss")

    @Test("Who may not get in is told why, and passwords stay out of it")
    func refusals() async throws {
        try await withEtcd(Self.options) { etcd in
            try await etcd.etcdctl("user", "add", "pkeyd", "--interactive=false", input: "hush-hush\n")
            try await etcd.etcdctl("role", "add", "reader")
            try await etcd.etcdctl("role", "grant-permission", "reader", "--prefix=true", "read", "/pcocc/")
            try await etcd.etcdctl("user", "grant-role", "pkeyd", "reader")
            func attempt(
                _ login: EtcdConfiguration.Login?, _ operation: (EtcdClient) async throws(EtcdError) -> Void
            ) async throws -> EtcdError? {
                try await withGateway([try etcd.member], login: login) { client in
                    do throws(EtcdError) {
                        try await operation(client)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            let read = { (client: EtcdClient) async throws(EtcdError) in
                _ = try await client.list(.prefix("/pcocc/".bytes))
            }
            #expect(try await attempt(Self.root, read) == nil)

            let none = try await attempt(nil, read)
            #expect(none?.kind == .credentialsMissing)
            #expect(none?.description.contains("--etcd-user") == true)
            for login in [("root", "wrong-secret"), ("nobody", "wrong-secret"), ("root", "")] {
                let error = try await attempt(.init(user: login.0, password: login.1), read)
                #expect(error?.kind == .refusedCredentials)
                #expect(error?.description.contains("user \(login.0)") == true)
                #expect(error?.description.contains("wrong-secret") == false)
            }

            let reader = EtcdConfiguration.Login(user: "pkeyd", password: "hush-hush")
            #expect(try await attempt(reader, read) == nil)
            let elsewhere = try await attempt(reader) { (client) async throws(EtcdError) in
                _ = try await client.list(.prefix("/other/".bytes))
            }
            #expect(elsewhere?.kind == .permissionDenied)
            #expect(elsewhere?.description.contains("range of /other/") == true)
            let write = try await attempt(reader) { (client) async throws(EtcdError) in
                _ = try await client.put("/pcocc/a".bytes, [])
            }
            #expect(write?.kind == .permissionDenied && write?.isOutcomeUnknown == false)
            let watch = try await attempt(reader) { (client) async throws(EtcdError) in
                var updates = try await client.watch(.prefix("/other/".bytes), from: 1).makeAsyncIterator()
                while try await updates.next() != nil {}
            }
            #expect(watch?.kind == .permissionDenied)
            #expect(watch?.description.contains("watch of /other/") == true)
            for error in [none, elsewhere, write, watch] {
                #expect(error?.description.contains("hush-hush") == false)
                #expect(error.debugDescription.contains("hush-hush") == false)
            }
        }
    }

    @Test("A login and a configuration print no password")
    func silence() throws {
        let configuration = EtcdConfiguration(
            endpoints: [EtcdEndpoint(scheme: .http, host: "h", port: 1)], login: .init(user: "u", password: "hush-hush")
        )
        for text in ["\(configuration)", String(reflecting: configuration), String(reflecting: configuration.login)] {
            #expect(!text.contains("hush-hush"))
        }
    }

    @Test("A token that has expired is renewed unnoticed, by calls and by watches")
    func expiry() async throws {
        var options = Self.options
        // Long enough for a new token to be used before it has expired too, on a machine that has much else to do.
        options.arguments = ["--auth-token-ttl", "3"]
        try await withEtcd(options) { etcd in
            try await withGateway([try etcd.member], login: Self.root) { client in
                let revision = try await client.put("/a".bytes, [1])
                let token = try await Self.token(at: etcd)
                // Our own token is older than this one.
                try await Self.awaitExpiry(of: token, at: etcd)
                var updates = try await client.watch(.prefix("/a".bytes), from: revision).makeAsyncIterator()
                let told = try await updates.revisions(1)
                #expect(told.map(\.revision) == [revision])
                let next = try await Self.token(at: etcd)
                try await Self.awaitExpiry(of: next, at: etcd)
                #expect(try await client.get("/a".bytes)?.value == [1])
            }
        }
    }

    @Test("A restart forgets all tokens; calls and a follower go on with new ones")
    func restart() async throws {
        try await withEtcd(Self.options) { etcd in
            try await withGateway([try etcd.member], login: Self.root) { client in
                let first = try await client.put("/f/a".bytes, [1])
                let following = Following(client, "/f/")
                try await following.reaches("list") { $0.keys == ["/f/a".bytes: [1]] }
                try await etcd.restart()
                let second = try await client.put("/f/a".bytes, [2])
                #expect(second == first + 1)
                try await following.reaches("change") { $0.revisions == [second] }
                #expect(following.state.read(\.lists) == [.start])
            }
        }
    }

    @Test("A JWT that any change of a role makes too old is renewed unnoticed, and a running watch goes on")
    func outdatedToken() async throws {
        try await withTemporaryDirectory("jwt") { directory in
            let (key, publicKey) = (directory.file("jwt.key"), directory.file("jwt.pub"))
            try await CommandRunner.succeed(Command("openssl", ["genrsa", "-out", key, "2048"]))
            try await CommandRunner.succeed(Command("openssl", ["rsa", "-in", key, "-pubout", "-out", publicKey]))
            var options = Self.options
            options.arguments = [
                "--auth-token", "jwt,pub-key=\(publicKey),priv-key=\(key),sign-method=RS256,ttl=10m",
            ]
            try await withEtcd(options) { etcd in
                try await withGateway([try etcd.member], login: Self.root) { client in
                    try await client.put("/f/a".bytes, [1])
                    let following = Following(client, "/f/")
                    try await following.reaches("list") { $0.keys.count == 1 }
                    for round in 0..<3 {
                        try await etcd.etcdctl("role", "add", "role\(round)")
                        let revision = try await client.put("/f/a".bytes, [UInt8(round)])
                        try await following.reaches("change \(round)") { $0.revisions.last == revision }
                        #expect(try await client.list(.prefix("/f/".bytes)).revision == revision)
                    }
                    #expect(following.state.read(\.news) == [])
                    let watch = try await client.watch(.prefix("/f/".bytes), from: 1)
                    #expect(watch.endpoint == (try etcd.member))
                }
            }
        }
    }

    @Test("A permission taken away is told with the user and the range, and one given is used at once")
    func changedPermissions() async throws {
        try await withEtcd(Self.options) { etcd in
            try await etcd.etcdctl("user", "add", "pkeyd", "--interactive=false", input: "hush-hush\n")
            try await etcd.etcdctl("role", "add", "reader")
            try await etcd.etcdctl("role", "grant-permission", "reader", "--prefix=true", "read", "/pcocc/")
            try await etcd.etcdctl("user", "grant-role", "pkeyd", "reader")
            try await withGateway([try etcd.member], login: .init(user: "pkeyd", password: "hush-hush")) { client in
                let read = { () async throws(EtcdError) in try await client.list(.prefix("/pcocc/".bytes)) }
                _ = try await read()
                try await etcd.etcdctl("role", "revoke-permission", "reader", "--prefix=true", "/pcocc/")
                let error = await failure(of: read)
                #expect(error?.kind == .permissionDenied)
                #expect(error?.description.contains("range of /pcocc/") == true)
                #expect(error?.description.contains("user pkeyd") == true)
                try await etcd.etcdctl("role", "grant-permission", "reader", "--prefix=true", "read", "/pcocc/")
                #expect(try await read().keyValues == [])
            }
        }
    }

    @Test("A login does no harm where authentication is off, and none is asked of it once it is on")
    func switching() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member], login: .init(user: "root", password: "pw")) { client in
                try await client.put("/a".bytes, [1])
                try await client.authenticate()
                try await etcd.etcdctl("user", "add", "root", "--interactive=false", input: "pw\n")
                try await etcd.etcdctl("user", "grant-role", "root", "root")
                try await etcd.etcdctl("auth", "enable")
                #expect(try await client.get("/a".bytes)?.value == [1])
                try await etcd.etcdctl("auth", "disable", "--user", "root:pw")
                #expect(try await client.get("/a".bytes)?.value == [1])
            }
        }
    }

    private static func token(at etcd: EtcdServer) async throws -> String {
        try await withGateway([try etcd.member], login: root) { client in
            let (token, cluster) = try await EtcdClient.authenticate(
                root, at: try etcd.member, client.configuration, client.transport)
            #expect(cluster != nil)
            return token.header?.value ?? ""
        }
    }

    /// Waits until a bare read with that token is refused. It asks rarely: each use of a good token prolongs its life.
    private static func awaitExpiry(of token: String, at etcd: EtcdServer) async throws {
        let client = try HTTPClient()
        defer { client.shutdown() }
        let request = HTTPRequest(
            .post, "\(etcd.clientURL)/v3/kv/range", headers: [HTTPHeader("Authorization", token)],
            body: #"{"key":"YQ=="}"#.bytes)
        try await eventually("expiry of a token", interval: .milliseconds(4_100)) {
            try await client.send(request).status == 401
        }
    }
}
