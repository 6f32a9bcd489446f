import Foundation
import HTTPServing
import TestSupport
import Testing

/// Servers that repeat what they were sent, in an error: as it was, and in base64.
@Suite("Secrets that a server quotes")
struct QuotedSecretTests {
    /// Answers every request with its own headers and body.
    private struct Quoter: Responder {
        let status: Int
        var headers: [(name: String, value: String)] { [] }

        func respond(to request: ServedRequest) -> PendingExchange {
            let login = request.header("Authorization") ?? ""
            let body = String(decoding: request.body, as: UTF8.self)
            let words = "bad request: \(login) \(body) \(Data(body.utf8).base64EncodedString())"
            let answer = try? String(decoding: JSONEncoder().encode(["error": words, "message": words]), as: UTF8.self)
            return PendingExchange(ServedResponse(status: status, contentType: "application/json", body: answer ?? ""))
        }
    }

    private static let password = "p4ss/\"w0rd\" &mehr"

    private func withQuoter(_ status: Int, _ body: (Int) async throws -> Void) async throws {
        let listener = Listener(responder: Quoter(status: status), limits: ServingLimits(head: 16_384, body: 65_536))
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        try await body(port)
        await listener.shutDown()
    }

    /// Nothing of the password that somebody could use, in any of the spellings that a server knows.
    private func expectNoSecret(_ words: String, _ comment: Comment) throws {
        let bytes = Data(Self.password.utf8)
        let json = try String(decoding: JSONEncoder().encode([Self.password]), as: UTF8.self).dropFirst(2).dropLast(2)
        for spelling in [Self.password, String(json), "p4ss", "w0rd", bytes.base64EncodedString()] {
            #expect(!words.contains(spelling), comment)
        }
    }

    @Test("leave the program neither as a complaint nor in its log", arguments: [400, 401, 500, 503])
    func quoting(_ status: Int) async throws {
        try await withQuoter(status) { port in
            try await withTemporaryDirectory { directory in
                let environment = [
                    "PCOCC_SYSTEM_CONF_DIR": directory.path, "SURF_UFM_PKEYD_ETCD_PASSWORD": Self.password,
                    "SURF_UFM_PKEYD_UFM_PASSWORD": Self.password,
                ]
                let etcd = [
                    "--etcd-endpoints", "http://127.0.0.1:\(port)", "--etcd-user", "root", "--etcd-timeout", "3",
                ]
                let ufm = ["--http", "--ufm-host", "127.0.0.1:\(port)", "--ufm-user", "admin"]
                for arguments in [
                    ["etcd", "--list", "--debug"] + etcd, ["monitor", "--once", "--debug"] + etcd + ufm,
                    ["ufm", "--list", "--debug", "--http", "--host", "127.0.0.1:\(port)", "--username", "admin"],
                ] {
                    let result = try await CommandRunner.run(
                        Command(try Programs.pkeyd(), arguments, environment: environment))
                    #expect(result.status == .code(1), "\(arguments)")
                    try expectNoSecret(result.output + result.errors, "\(arguments): \(result.output)\(result.errors)")
                    #expect(
                        (result.output + result.errors).contains("‹redacted›"),
                        "\(arguments): \(result.output)\(result.errors)")
                }
            }
        }
    }

    @Test("are not repeated from the login in front of a host, wherever it was given")
    func logins() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.file("batch.yaml")
            try "type: etcd\nsettings:\n  etcd-servers: ['http://root:s3cr3t@etcd1']\n".write(
                toFile: file, atomically: true, encoding: .utf8)
            for arguments in [
                ["etcd", "--list"], ["etcd", "--list", "--etcd-host", "http://root:s3cr3t@etcd1"],
                ["etcd", "--list", "--etcd-endpoints", "http://root:s3cr3t@127.0.0.1:1"],
                ["ufm", "--list", "--username", "a", "--password", "b", "--host", "https://root:s3cr3t@ufm1"],
            ] {
                let command = Command(
                    try Programs.pkeyd(), arguments, environment: ["PCOCC_SYSTEM_CONF_DIR": directory.path])
                let result = try await CommandRunner.run(command)
                #expect(result.status != .code(0))
                #expect(!(result.output + result.errors).contains("s3cr3t"), "\(arguments): \(result.errors)")
                #expect(result.errors.hasPrefix("ERROR: "), "\(arguments): \(result.errors)")
            }
        }
    }
}
