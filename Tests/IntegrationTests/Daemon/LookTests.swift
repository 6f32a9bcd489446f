import Foundation
import TestSupport
import Testing
import UFMSimulator

/// What others make of what the daemon shows: Prometheus, its tool, and a browser. `scripts/look` installs them and runs these.
@Suite("Prometheus and a browser")
struct LookTests {
    private static let environment = ProcessInfo.processInfo.environment

    private static func isThere(_ program: String) -> Bool {
        (environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
        }
    }

    private func start(_ site: Site, _ port: Int, _ arguments: [String] = []) async throws -> BackgroundProcess {
        let daemon = try site.start(site.daemonArguments + ["--listen", "127.0.0.1:\(port)"] + arguments)
        try await daemon.waitForLine(containing: "UFM Status")
        return daemon
    }

    @Test(
        "promtool finds nothing to mend, and a Prometheus that scrapes has the figures",
        .enabled(
            if: Self.isThere("promtool") && Self.isThere("prometheus"), "NOT TESTED: needs Debian's package prometheus")
    )
    func prometheus() async throws {
        try await withSite(.http) { site in
            let ports = try FreePort.find(2).map(Int.init)
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.put(pkey: "0x200f", hosts: ["zz"])
            let daemon = try await start(site, ports[0])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await site.put(pkey: "0x2010", hosts: ["043f720300f55177"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2010")
            let text = await shellOutput("curl -s http://127.0.0.1:\(ports[0])/metrics")
            let told = try await CommandRunner.run(Command("promtool", ["check", "metrics"], input: text))
            #expect(told.exitCode == 0 && told.output.isEmpty && told.errors.isEmpty, "\(told.output)\(told.errors)")

            let directory = try TemporaryDirectory("prometheus")
            let configuration = try directory.write(
                """
                scrape_configs:
                  - job_name: pkeyd
                    scrape_interval: 1s
                    static_configs: [{targets: ['127.0.0.1:\(ports[0])']}]

                """, to: "prometheus.yml")
            let prometheus = try BackgroundProcess(
                Command(
                    "prometheus",
                    [
                        "--config.file=\(configuration)", "--storage.tsdb.path=\(directory.file("data"))",
                        "--web.listen-address=127.0.0.1:\(ports[1])",
                    ]))
            defer { prometheus.kill() }
            func ask(_ query: String) async -> String {
                await shellOutput(
                    "curl -s --data-urlencode 'query=\(query)' http://127.0.0.1:\(ports[1])/api/v1/query")
            }
            try await eventually("Prometheus has it", interval: .milliseconds(500)) {
                await ask("surf_ufm_pkeyd_partitions{state=\"synced\"}").contains(",\"2\"]")
            }
            #expect(await ask("up").contains(",\"1\"]"))
            #expect(await ask("surf_ufm_pkeyd_partitions{state=\"held\"}").contains(",\"1\"]"))
            #expect(await ask("surf_ufm_pkeyd_troubled_partition{pkey=\"0x200f\"}").contains("\"state\":\"held\""))
            #expect(
                await ask("histogram_quantile(0.5, surf_ufm_pkeyd_event_to_synced_seconds_bucket)").contains(
                    "\"value\""))
            #expect(try await daemon.stop() == .code(0))
        }
    }

    // MARK: A browser

    /// Where pictures go; without it there are none.
    private static let pictures = environment["SCREENSHOTS"]

    private func picture(_ name: String, _ port: Int, _ query: String = "pause=1", isDark: Bool = false) async throws {
        guard let directory = Self.pictures else { return }
        let file = "\(directory)/\(name).png"
        let profile = try TemporaryDirectory("browser")
        let result = try await CommandRunner.run(
            Command(
                "chromium",
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                    "--user-data-dir=\(profile.path)", "--window-size=1280,1400",
                    "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)", "--screenshot=\(file)",
                    "http://127.0.0.1:\(port)/?\(query)",
                ]), deadline: .seconds(60))
        #expect(result.exitCode == 0, "\(result.errors)")
        let size = try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0
        #expect(size > 10_000)
        // What a browser refuses or does not understand it says there.
        #expect(!result.errors.contains("CONSOLE"), "\(result.errors)")
    }

    @Test(
        "Pictures of the page",
        .enabled(if: Self.pictures != nil && Self.isThere("chromium"), "needs SCREENSHOTS and chromium"))
    func browser() async throws {
        try await withSite(.http) { site in
            let port = Int(try FreePort.find(1)[0])
            let daemon = try await start(site, port, ["--poll-interval", "2"])
            try await picture("none", port)
            for number in 0..<5 {
                try await site.put(
                    pkey: "0x200\(number)", hosts: ["043f720300f5510\(number)", "043f720300f5511\(number)"])
            }
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2004")
            try await eventually("five are shown") {
                await shellOutput("curl -s http://127.0.0.1:\(port)/").contains("5 synced")
            }
            try await picture("five", port)
            try await picture("five-dark", port, isDark: true)
            try await site.put(
                "/pcocc/global/opensm/pkeys/<script>alert(1)</script>\u{202e}evil/0x2010", "not a value <b>at all</b>")
            try await eventually("the hostile name is shown") {
                await shellOutput("curl -s http://127.0.0.1:\(port)/").contains("&lt;script&gt;")
            }
            try await picture("hostile", port)
            site.ufm.inject(UFMSimulator.Fault(.status(503), count: nil))
            try await eventually("UFM is away") {
                await shellOutput("curl -s http://127.0.0.1:\(port)/readyz").contains("UFM does not answer")
            }
            try await picture("away", port, isDark: true)
            site.ufm.clearFaults()
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "Pictures of the page with 4,000 partitions, and with the guard raised",
        .enabled(if: Self.pictures != nil && Self.isThere("chromium"), "needs SCREENSHOTS and chromium"))
    func many() async throws {
        try await withSite(.http) { site in
            let port = Int(try FreePort.find(1)[0])
            try await withKeyWriter(site) { writer in
                for number in 1...UInt16(4_000) {
                    try await writer.put(number, hosts: KeyWriter.hosts(of: UInt64(number), count: 4))
                }
                let daemon = try await start(site, port, ["--poll-interval", "5", "--ufm-concurrency", "16"])
                try await eventually("all are synced", interval: .seconds(1)) {
                    await shellOutput("curl -s http://127.0.0.1:\(port)/").contains("4000 synced")
                }
                try await picture("4000", port)
                try await picture("4000-found", port, "pause=1&q=0000000000000702")
                #expect(try await daemon.stop() == .code(0))
                // What goes while nobody watches is told by a list, all at once.
                for number in 1...UInt16(1_500) { try await writer.delete(number) }
                let next = try await start(site, port, ["--poll-interval", "5"])
                try await eventually("the guard is raised", interval: .seconds(1)) {
                    await shellOutput("curl -s http://127.0.0.1:\(port)/metrics").contains("guard_raised 1")
                }
                try await eventually("it is shown") {
                    await shellOutput("curl -s http://127.0.0.1:\(port)/").contains(" guarded")
                }
                try await picture("guarded", port)
                #expect(try await next.stop() == .code(0))
            }
        }
    }

    // MARK: What it costs

    @Test(
        "A scrape each second, and the page open, take next to nothing of a processor",
        .enabled(if: Self.environment["COST_SECONDS"] != nil, "needs COST_SECONDS, and a program built to be installed")
    )
    func cost() async throws {
        let seconds = Self.environment["COST_SECONDS"].flatMap(Int.init) ?? 30
        try await withSite(.http) { site in
            let port = Int(try FreePort.find(1)[0])
            try await withKeyWriter(site) { writer in
                for number in 1...UInt16(1_000) {
                    try await writer.put(number, hosts: KeyWriter.hosts(of: UInt64(number), count: 16))
                }
            }
            let daemon = try await start(site, port, ["--ufm-concurrency", "16"])
            try await eventually("all are synced", interval: .seconds(1)) {
                await shellOutput("curl -s http://127.0.0.1:\(port)/").contains("1000 synced")
            }
            // A page that is open reloads itself.
            func cost(scrapes: Bool, pages: Int) async throws -> Double {
                let before = try processorTime(of: daemon.identifier)
                for second in 0..<seconds {
                    if scrapes { _ = await shellOutput("curl -s http://127.0.0.1:\(port)/metrics") }
                    if second % 5 == 0 {
                        for _ in 0..<pages { _ = await shellOutput("curl -s http://127.0.0.1:\(port)/") }
                    }
                    // What is measured is a rate: the pause is part of it.
                    _ = await shellOutput("sleep 1")
                }
                return try (processorTime(of: daemon.identifier) - before) / Double(seconds) * 100
            }
            let idle = try await cost(scrapes: false, pages: 0)
            let scraped = try await cost(scrapes: true, pages: 0)
            let looked = try await cost(scrapes: true, pages: 1)
            print("1,000 partitions, percent of a core: \(idle) idle, \(scraped) scraped, \(looked) with the page")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// In seconds.
    private func processorTime(of process: Int32) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = text.split(separator: " ")
        return (Double(fields[13]) ?? 0) / 100 + (Double(fields[14]) ?? 0) / 100
    }
}
