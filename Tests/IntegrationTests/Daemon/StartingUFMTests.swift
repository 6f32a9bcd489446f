import TestSupport
import Testing
import UFMSimulator

/// A UFM that starts: its web server is up before it makes sense, or before its authentication is.
@Suite("A UFM that is starting")
struct StartingUFMTests {
    private static let list = "/ufmRest/resources/pkeys?"

    /// What it answers until it is all up.
    struct Start: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fault: UFMSimulator.Fault
        /// Whether it seems to refuse us, which is waited for two minutes only.
        var isRefusal = false

        init(_ name: String, _ kind: UFMSimulator.Fault.Kind, path: String = "/", isRefusal: Bool = false) {
            testDescription = name
            fault = UFMSimulator.Fault(kind, path: path, count: nil)
            self.isRefusal = isRefusal
        }

        init(_ name: String, _ status: Int, _ type: String, _ body: String, path: String = "/", isRefusal: Bool = false)
        {
            self.init(
                name, .answer(status: status, contentType: type, body: body), path: path, isRefusal: isRefusal)
        }
    }

    static let starts = [
        Start("200 {}", 200, "application/json", "{}"),
        Start("200 {} for the list alone", 200, "application/json", "{}", path: list),
        Start(
            "a list without 0x7fff", 200, "application/json",
            #"{"0x5":{"guids":[],"index0":false,"ip_over_ib":true,"partition":"api_pkey_0x5"}}"#, path: list),
        Start("500 with JSON", 500, "application/json", #"{"error":"starting"}"#),
        Start("500 with JSON for the list alone", 500, "application/json", #"{"error":"starting"}"#, path: list),
        Start("404", .status(404)),
        Start("404 with JSON", 404, "application/json", "{}"),
        Start("503", .status(503)),
        Start(
            "an HTML page with 200", 200, "text/html", "<html><body>UFM is starting</body></html>", isRefusal: true),
        Start(
            "a login page", 200, "text/html", "<html><form action='/login'>Password</form></html>", isRefusal: true),
        Start("401", .status(401), isRefusal: true),
        Start("403", .status(403), isRefusal: true),
    ]

    @Test("is waited for, told once, and found within seconds of being all up", arguments: starts)
    func waitedFor(_ start: Start) async throws {
        try await withSite(.http) { site in
            site.ufm.inject(start.fault)
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon()
            let words = start.isRefusal ? "trying for two minutes, in case it is starting: " : "trying until it does: "
            try await daemon.waitForLine(containing: "ERROR: UFM does not answer; " + words)
            try await site.ufm.waitFor("more tries") { state in state.requests.count >= 4 }
            #expect(site.ufm.writes.isEmpty)
            site.ufm.clearFaults()
            let up = ContinuousClock.now
            try await site.waitForMembers([TroubleTests.host], of: 0x200e)
            print("\(start.testDescription): in step \(up.duration(to: .now)) after it was all up")
            #expect(daemon.lines.count { $0.text.contains("UFM does not answer") } == 1)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A last_updated that answers 500 stops nothing, at the start and later",
        arguments: ["application/json", "text/html"])
    func lastUpdated(_ type: String) async throws {
        try await withSite(.http) { site in
            site.ufm.inject(
                UFMSimulator.Fault(
                    .answer(status: 500, contentType: type, body: "<html>{}</html>"), method: "GET",
                    path: "/ufmRest/resources/pkeys/last_updated", count: nil))
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            site.ufm.edit { $0[0x200e] = nil }
            try await site.waitForMembers([TroubleTests.host], of: 0x200e)
            #expect(!daemon.output.contains("ERROR"))
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
