import EtcdGateway
import TestSupport
import Testing
import Transport

@testable import EtcdV2

@Suite("What v2's errors mean")
struct V2ErrorTests {
    private func error(
        _ status: Int, _ body: String, _ headers: [HTTPHeader] = [], user: String? = "root"
    ) -> EtcdError {
        V2Wire.error(HTTPResponseHead(status: status, headers: headers), Array(body.utf8), user: user)
    }

    @Test(
        "Each number has its meaning, whatever the status",
        arguments: [
            (404, 100, EtcdError.Kind.missing), (412, 101, .compareFailed), (412, 105, .compareFailed),
            (403, 102, .refused), (403, 104, .refused), (403, 107, .refused), (403, 108, .refused),
            (401, 110, .refusedCredentials), (400, 209, .refused), (500, 300, .unavailable), (500, 301, .noLeader),
            (400, 400, .compacted(before: nil)), (400, 401, .compacted(before: nil)), (200, 100, .missing),
        ])
    func codes(status: Int, code: Int, kind: EtcdError.Kind) {
        let error = error(status, #"{"errorCode":\#(code),"message":"m","cause":"/c","index":7}"#)
        #expect(error.kind == kind)
        #expect(error.message.contains("m: /c"))
    }

    @Test("A refusal of somebody without a login asks for one")
    func noLogin() {
        let body = #"{"errorCode":110,"message":"The request requires user authentication","index":0}"#
        #expect(error(401, body, user: nil).kind == .credentialsMissing)
        #expect(error(401, body).message.contains("user root"))
    }

    @Test("Go's plain 404 page means that v2 is off, and nothing else does")
    func off() {
        #expect(error(404, "404 page not found\n").kind == .v2IsOff)
        for body in [
            "404 page not found", "404 page not found\n\n", "Not Found", "<html><title>404</title></html>", "",
        ] {
            #expect(error(404, body).kind == .malformedAnswer, "\(body)")
        }
        #expect(error(405, "404 page not found\n").kind == .malformedAnswer)
        #expect(error(404, "404 page not found\n", [HTTPHeader("X-Etcd-Cluster-Id", "1")]).kind == .malformedAnswer)
    }

    @Test("An etcd without v2 says so, to each request")
    func realOff() async throws {
        try await withEtcd(EtcdOptions(arguments: ["--enable-v2=false"])) { etcd in
            try await withV2Client([try etcd.member]) { client in
                #expect(await failure { () async throws(EtcdError) in try await client.list("/a") }?.kind == .v2IsOff)
                #expect(
                    await failure { () async throws(EtcdError) in try await client.set("/a", to: "") }?.kind == .v2IsOff
                )
                let watched = await failure { () async throws(EtcdError) in
                    try await client.watch("/a", from: 1, isSingle: false)
                }
                #expect(watched?.kind == .v2IsOff)
            }
        }
    }
}
