import Foundation
import TestSupport
import Testing
import UFMSimulator

/// What a daemon shows of itself, asked over real sockets.
@Suite("A daemon that is looked at")
struct ShownDaemonTests {
    /// What is answered to a GET; nil where nobody listens.
    private func get(_ path: String, at port: Int, headers: String = "") async -> RawReply? {
        guard let connection = RawConnection(port: port) else { return nil }
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\(headers)\r\n"
        guard connection.sendRaw(Array(request.utf8)) else { return nil }
        return await connection.receive()
    }

    private func metric(_ line: String, at port: Int) async -> Bool {
        let text = await get("/metrics", at: port)?.body ?? ""
        return text.split(separator: "\n").contains { $0 == "surf_ufm_pkeyd_" + line }
    }

    @Test("Metrics and health say how it stands, on every address, and UFM's absence with its reason")
    func metrics() async throws {
        try await withSite(.http) { site in
            let ports = try FreePort.find(2).map(Int.init)
            let path = site.configuration.file("pkeyd.sock")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon(
                "--poll-interval", "1", "--listen", "127.0.0.1:\(ports[0])", "--listen", "[::1]:\(ports[1])",
                "--listen",
                "unix:\(path)")
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await site.put(pkey: "0x200f", hosts: ["043f720300f55177"])
            try await eventually("two are synced") { await metric("partitions{state=\"synced\"} 2", at: ports[0]) }
            #expect(await get("/healthz", at: ports[0])?.body == "ok\n")
            #expect(await get("/readyz", at: ports[0])?.body == "ready\n")
            #expect(await get("/nothing", at: ports[0])?.status == 404)
            let reply = try #require(await get("/metrics", at: ports[0]))
            #expect(reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            for line in [
                "build_info{version=\"0.1.0\"} 1", "ready 1", "ports_in_two_partitions 0", "guard_raised 0",
                "conflicts 0",
                "store_info{store=\"v3\"} 1", "server_up{server=\"ufm\"} 1", "events_total{event=\"set\"} 1",
                "event_to_synced_seconds_count 1", "log_lines_dropped_total 0", "series_dropped_total 0",
                "writes_total{step=\"add\",outcome=\"done\"} 2",
            ] {
                #expect(reply.body.contains("surf_ufm_pkeyd_\(line)\n"), "\(line)")
            }
            for start in [
                "ufm_requests_total{class=\"2xx\",method=\"GET\"} ",
                "etcd_requests_total{call=\"kv/range\",class=\"2xx\"} ",
                "watch_proven_timestamp_seconds{source=\"etcd\"} 1",
                "complete_read_timestamp_seconds{server=\"ledger\"} 1",
            ] {
                #expect(reply.body.contains("surf_ufm_pkeyd_\(start)"), "\(start)\n\(reply.body)")
            }
            #expect(await shellOutput("curl -sg 'http://[::1]:\(ports[1])/readyz'") == "ready\n")
            #expect(await shellOutput("curl -s --unix-socket '\(path)' http://localhost/readyz") == "ready\n")

            site.ufm.inject(UFMSimulator.Fault(.status(503), count: nil))
            try await eventually("it is not ready") { await get("/readyz", at: ports[0])?.status == 503 }
            let words = try #require(await get("/readyz", at: ports[0])?.body)
            #expect(words.hasPrefix("not ready: UFM does not answer: "), "\(words)")
            #expect(words.split(separator: "\n").count == 1)
            #expect(await metric("server_up{server=\"ufm\"} 0", at: ports[0]))
            #expect(await get("/healthz", at: ports[0])?.status == 200)
            site.ufm.clearFaults()
            try await eventually("it is ready again") { await get("/readyz", at: ports[0])?.status == 200 }
            #expect(try await daemon.stop() == .code(0))
            #expect(await get("/healthz", at: ports[0]) == nil)
            #expect(!daemon.output.contains("unknown"))
        }
    }

    @Test("The page and the document say the same as status, with a hostile name shown as what it is")
    func page() async throws {
        try await withSite(.http) { site in
            let port = Int(try FreePort.find(1)[0])
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon(
                "--poll-interval", "1", "--listen", "127.0.0.1:\(port)", "--pkey-prefix", "/pcocc/global/opensm/pkeys/")
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            let name = "<b>\u{202e}evil</b>"
            try await site.put("/pcocc/global/opensm/pkeys/\(name)/0x2010", "{'host_guids': ['0x043f720300f55178']}")
            try await site.put(pkey: "0x2011", hosts: ["zz"])
            try await eventually("the page shows what is held") {
                await get("/", at: port)?.body.contains("1 partitions are not in step") ?? false
            }
            let reply = try #require(await get("/?q=0x20", at: port))
            #expect(reply.headers["content-type"] == "text/html; charset=utf-8")
            let policy = try #require(reply.headers["content-security-policy"])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'nonce-"))
            #expect(reply.body.contains(">0x200e</td>") && reply.body.contains("Change in UFM: PKey 0x200e"))
            #expect(!reply.body.contains("<b>") && !reply.body.contains("\u{202e}"))
            let document = try #require(await get("/api/v1/status", at: port))
            #expect(document.headers["content-type"] == "application/json")
            let told = try await site.run(
                ["status", "--output", "json"] + site.etcdArguments)
            struct Document: Decodable, Equatable {
                struct Partition: Decodable, Equatable {
                    let pkey: String
                    let state: String
                    let key: String
                    let key_revision: Int64?
                    let record_state: String?
                    let record_revision: Int64?
                    let record_time: String?
                    let error: String?
                }
                let format: Int
                let fabric: String
                let partitions: [Partition]
                let summary: [String: Int]
            }
            let ours = try JSONDecoder().decode(Document.self, from: Data(document.body.utf8))
            #expect(try JSONDecoder().decode(Document.self, from: Data(told.output.utf8)) == ours)
            #expect(ours.format == 1 && ours.summary == ["synced": 1, "held": 1])
            #expect(ours.partitions.first?.record_time != nil)
            // `daemons` alone is told by the command and not by one of them.
            let fields = [document.body, told.output].map { Self.fields(of: $0) }
            #expect(fields[0].subtracting(fields[1]).isEmpty && fields[1].subtracting(fields[0]) == ["daemons"])
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// The names of all fields of a document of status, those of its partitions behind `partitions.`.
    private static func fields(of document: String) -> Set<String> {
        let parsed = try? JSONSerialization.jsonObject(with: Data(document.utf8))
        guard let object = parsed as? [String: Any] else { return [] }
        let partitions = object["partitions"] as? [[String: Any]] ?? []
        return Set(object.keys).union(partitions.flatMap { $0.keys.map { "partitions." + $0 } })
    }

    @Test("An address that others reach asks for a token, and the token for itself")
    func token() async throws {
        try await withSite(.http) { site in
            let port = Int(try FreePort.find(1)[0])
            let open = try await site.run(site.daemonArguments + ["--listen", "0.0.0.0:\(port)"])
            #expect(open.exitCode == 64 && open.errors.contains("--listen-token-file"), "\(open.errors)")
            let file = try site.configuration.write("t0ken\n", to: "listen-token")
            let daemon = try site.startDaemon("--listen", "0.0.0.0:\(port)", "--listen-token-file", file)
            try await daemon.waitForLine(containing: "UFM Status")
            #expect(await get("/metrics", at: port)?.status == 401)
            try await eventually("it is ready") {
                await get("/readyz", at: port, headers: "Authorization: Bearer t0ken\r\n")?.status == 200
            }
            try site.configuration.write("t0ken2\n", to: "listen-token")
            _ = daemon.send(signal: 1)
            try await daemon.waitForLine(containing: "SIGHUP received: passwords have been read again")
            #expect(await get("/readyz", at: port, headers: "Authorization: Bearer t0ken\r\n")?.status == 401)
            #expect(await get("/readyz", at: port, headers: "Authorization: Bearer t0ken2\r\n")?.status == 200)
            let taken = try await site.run(site.daemonArguments + ["--listen", "127.0.0.1:\(port)"])
            #expect(
                taken.exitCode == 1 && taken.errors.contains("--listen 127.0.0.1:\(port): cannot listen"),
                "\(taken.errors)")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// Makes one change after the other, each once the last is done; gives the requests that UFM had.
    private func requests(_ arguments: [String], port: Int? = nil) async throws -> [String] {
        try await withSite(.http) { site in
            let daemon = try site.start(site.daemonArguments + ["--poll-interval", "600"] + arguments)
            try await daemon.waitForLine(containing: "UFM Status")
            let before = site.ufm.requests.count
            for number in 1...10 {
                try await site.put(pkey: "0x20\(number + 10)", hosts: ["043f720300f551\(number + 10)"])
                try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x20\(number + 10)")
                if let port { #expect(await get("/metrics", at: port)?.status == 200) }
            }
            let requests = site.ufm.requests.dropFirst(before).map(\.method)
            #expect(try await daemon.stop() == .code(0))
            return Array(requests)
        }
    }

    @Test("Whoever looks costs UFM no request")
    func equal() async throws {
        let port = Int(try FreePort.find(1)[0])
        let unseen = try await requests([])
        let seen = try await requests(["--listen", "127.0.0.1:\(port)"], port: port)
        #expect(seen == unseen)
        print("\(unseen.count) requests for 10 events, and \(seen.count) with a scrape after each")
    }
}
