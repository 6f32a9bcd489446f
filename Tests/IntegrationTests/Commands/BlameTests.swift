import TestSupport
import Testing
import UFMSimulator

/// Servers that are not what they are taken for: the complaint names what is wrong, and not something else.
@Suite("Who is blamed")
struct BlameTests {
    /// What a server answers, what is said of it, and what is not.
    struct Row: Sendable, CustomTestStringConvertible {
        let reply: FixedServer.Reply
        let words: String
        var wrong = "credentials"

        var testDescription: String { words }
    }

    private static let nginx = "<html><head><title>Welcome to nginx!</title></head></html>"
    private static let forbidden = "<html><head><title>403 Forbidden</title></head></html>"

    static let ufm = [
        Row(
            reply: .init(status: 403, contentType: "text/html", body: forbidden),
            words:
                "access is forbidden (status 403): 403 Forbidden; the user admin may lack the role for it, or another web server"
        ),
        Row(
            reply: .init(contentType: "text/html", body: nginx),
            words: "a web page came where UFM's data were due (status 200): Welcome to nginx!; check that this is UFM's"
        ),
        Row(
            reply: .init(contentType: "text/html", body: "<title>UFM Login</title>"),
            words: "UFM asks for a login (status 200): UFM Login; check the UFM user", wrong: "accept"),
        Row(reply: .init(status: 401), words: "UFM does not accept our credentials (status 401)", wrong: "role"),
        Row(
            reply: .init(status: 206, body: #"{"0x7fff":{"guids":[],"partition":"management"}}"#),
            words: "the answer cannot be complete: status 206 is not a whole answer"),
        Row(
            reply: .init(status: 301, location: "https://127.0.0.1/ufmRest/resources/pkeys"),
            words: "TLS failed: asked without TLS, which is spoken there (status 301); leave out --http"),
        Row(
            reply: .init(
                status: 400, contentType: "text/plain", body: "Client sent an HTTP request to an HTTPS server."),
            words: "TLS failed: asked without TLS, which is spoken there (status 400)"),
    ]

    @Test("by the ufm tool", arguments: ufm)
    func ufmTool(row: Row) async throws {
        try await FixedServer.with(row.reply) { _, port, directory in
            let result = try await FixedServer.run(["ufm"] + FixedServer.ufmArguments(port), directory)
            #expect(result.status == .code(1) && result.output == "")
            expectOneComplaint(inErrors: result.errors, naming: [row.words], "")
            #expect(!result.errors.contains(row.wrong), "\(result.errors)")
        }
    }

    static let etcd = [
        Row(
            reply: .init(status: 403, contentType: "text/html", body: forbidden),
            words: "no etcd answers there, but a web server: HTTP 403 403 Forbidden", wrong: "password"),
        Row(
            reply: .init(contentType: "text/html", body: nginx),
            words: "not an answer of etcd's JSON gateway: a page, 'Welcome to nginx!'", wrong: "password"),
        Row(
            reply: .init(status: 404, contentType: "text/html", body: "<title>404 Not Found</title>"),
            words: "no JSON gateway here (404 404 Not Found)", wrong: "password"),
        Row(
            reply: .init(
                status: 206, body: #"{"header":{"cluster_id":"1","member_id":"1","revision":"5","raft_term":"1"}}"#),
            words: "a part of an answer (HTTP 206) is none", wrong: "password"),
        Row(
            reply: .init(
                status: 400, contentType: "text/plain", body: "Client sent an HTTP request to an HTTPS server.\n"),
            words: "TLS failed: asked without TLS, which is spoken there; give --etcd-protocol https", wrong: "password"
        ),
    ]

    @Test("by the etcd tool, with a user and without", arguments: etcd)
    func etcdTool(row: Row) async throws {
        for user in [[], ["--etcd-user", "root"]] {
            try await FixedServer.with(row.reply) { _, port, directory in
                let result = try await FixedServer.run(
                    ["etcd", "--list"] + FixedServer.etcdArguments(port) + user, directory)
                #expect(result.status == .code(1) && result.output == "")
                expectOneComplaint(inErrors: result.errors, naming: [row.words], "\(user)")
                #expect(!result.errors.contains(row.wrong), "\(result.errors)")
            }
        }
    }

    @Test("Real TLS ports that are asked without TLS name the option")
    func tlsPorts() async throws {
        try await withSite(.tls) { site in
            let ufm = try await site.run(["ufm", "--list", "--username", "admin", "--http"])
            #expect(ufm.status == .code(1))
            expectOneComplaint(inErrors: ufm.errors, naming: ["TLS", "leave out --http"], "ufm")
            let etcd = try await site.run(["etcd", "--list", "--etcd-user", "root", "--etcd-protocol", "http"])
            #expect(etcd.status == .code(1))
            expectOneComplaint(inErrors: etcd.errors, naming: ["TLS", "--etcd-protocol"], "etcd")
        }
    }

    @Test("An etcd that leads to itself over TLS is named as one that wants TLS, and any other redirect by its aim")
    func redirected() async throws {
        for (location, words) in [
            ("https://etcd.example:2379/v3/kv/range", ["TLS", "--etcd-protocol https"]),
            ("http://portal.example/login", ["HTTP 302", "portal.example"]),
        ] {
            try await FixedServer.with(.init(status: 302, contentType: "text/html", location: location)) {
                _, port, place in
                let list = try await FixedServer.run(["etcd", "--list"] + FixedServer.etcdArguments(port), place)
                #expect(list.status == .code(1))
                expectOneComplaint(inErrors: list.errors, naming: words + ["127.0.0.1:\(port)"], "\(location)")
            }
        }
    }

    /// Ways in which UFM says that it does not take us.
    static let refusals = [
        FixedServer.Reply(status: 401), .init(status: 403, contentType: "text/html", body: forbidden),
        .init(contentType: "text/html", body: "<title>UFM Login</title>"),
        .init(status: 302, location: "/ufm_web/login"),
    ]

    @Test("Who is refused by UFM and waits for nothing fails at once", arguments: refusals.indices)
    func refusedByUFM(index: Int) async throws {
        try await withSite(.http) { site in
            try await FixedServer.with(Self.refusals[index]) { server, port, _ in
                let place = ["--ufm-host", "127.0.0.1:\(port)", "--ufm-user", "admin", "--http"]
                for arguments in [
                    ["monitor", "--once"] + site.etcdArguments + place, ["plan"] + site.etcdArguments + place,
                    ["ufm"] + FixedServer.ufmArguments(port),
                    ["ufm", "--ping", "--http", "--host", "127.0.0.1:\(port)", "--username", "admin"],
                    ["ufm", "--export", "-", "--http", "--host", "127.0.0.1:\(port)", "--username", "admin"],
                    ["ufm", "--delete-pkey", "0x5", "--http", "--host", "127.0.0.1:\(port)", "--username", "admin"],
                ] {
                    let before = server.requests
                    let result = try await site.run(arguments)
                    #expect(result.status == .code(1), "\(arguments)")
                    expectOneComplaint(inErrors: result.errors, naming: ["127.0.0.1:\(port)"], "\(arguments)")
                    #expect(server.requests - before <= 2, "\(arguments)")
                }
            }
        }
    }

    @Test("Who is refused by etcd and waits for nothing fails at once", arguments: [3, 16])
    func refusedByEtcd(code: Int) async throws {
        let words = [
            3: "etcdserver: authentication failed, invalid user ID or password",
            16: "etcdserver: invalid auth token",
        ]
        let body = #"{"error":"\#(words[code] ?? "")","code":\#(code)}"#
        try await withSite(.http) { site in
            try await FixedServer.with(.init(status: 400, body: body)) { server, port, _ in
                let place = FixedServer.etcdArguments(port) + ["--etcd-user", "root"]
                for arguments in [
                    ["monitor", "--once", "--ufm-user", "admin", "--http"], ["plan", "--ufm-user", "admin", "--http"],
                    ["status"], ["status", "--wait", "0x5"], ["etcd", "--list"], ["etcd", "--get", "/a"],
                    ["etcd", "--put", "/a", "--value", "b"], ["etcd", "--watch"],
                ] {
                    let before = server.requests
                    let result = try await site.run(arguments + place)
                    #expect(result.status == .code(1), "\(arguments)")
                    expectOneComplaint(inErrors: result.errors, naming: [words[code] ?? ""], "\(arguments)")
                    // With one look at each of etcd's two stores, where it has to be found out in which the keys are.
                    let most = arguments[0] == "etcd" ? 4 : 8
                    #expect(server.requests - before <= most, "\(arguments): \(server.requests - before)")
                }
            }
        }
    }
}
