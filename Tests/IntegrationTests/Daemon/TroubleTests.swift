import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The daemon when a side fails, drifts or asks it to stop.
@Suite("The daemon in trouble")
struct TroubleTests {
    static let host: UInt64 = 0x043f_7203_00f5_5176
    static let otherHost: UInt64 = 0x043f_7203_00f5_5177

    @Test("A change made in UFM by hand is repaired at the next resync")
    func drift() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            site.ufm.edit { $0[0x200e]?.members = [0xbbbb: Member(.full, index0: true)] }
            try await site.waitForMembers([Self.host], of: 0x200e)
            site.ufm.edit { $0[0x200e] = nil }
            try await site.waitForMembers([Self.host], of: 0x200e)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "Asked to stop, it finishes the request that is under way and exits 0 at once", arguments: ["INT", "TERM"],
        KeyPlace.allCases)
    func stopping(signal: String, keys: KeyPlace) async throws {
        var options = Site.Options()
        options.simulator.latency = .milliseconds(500)
        try await withSite(.http, options, keys: keys) { site in
            let daemon = try site.startDaemon("--etcd-api", keys.rawValue)
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.ufm.waitFor("the request") { state in state.requests.contains(where: \.isWrite) }
            // Half a second is left, unless the machine is very busy.
            _ = daemon.send(signal: signal == "INT" ? 2 : 15)
            let start = ContinuousClock.now
            #expect(try await daemon.waitForExit() == .code(0))
            // It waits for no time limit: that of a request to UFM is 30 s.
            #expect(start.duration(to: .now) < .seconds(20))
            #expect(daemon.output.hasSuffix("INFO: PKey monitor stopped\n"))
            #expect(site.ufm.requests.allSatisfy { $0.status == 200 })
            #expect(site.partition(0x200e).map { Set($0.members.keys) } == [Self.host])
        }
    }

    @Test("It stops at once while UFM hangs, and leaves the rest to the next start", arguments: KeyPlace.allCases)
    func stoppingWhileUFMHangs(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon("--etcd-api", keys.rawValue)
            try await daemon.waitForLine(containing: "UFM Status")
            site.ufm.inject(UFMSimulator.Fault(.hang, method: "POST"))
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.ufm.waitFor("the request") { state in state.requests.contains(where: \.isWrite) }
            daemon.terminate()
            // It waits for no time limit: that of a request to UFM is 30 s.
            #expect(try await daemon.waitForExit(timeout: .seconds(20)) == .code(0))
            let next = try site.startDaemon("--etcd-api", keys.rawValue)
            try await next.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            #expect(site.partition(0x200e).map { Set($0.members.keys) } == [Self.host])
            #expect(try await next.stop() == .code(0))
        }
    }

    @Test("An answer that is lost after UFM acted is read back before anything is sent again")
    func unknownOutcome() async throws {
        try await withSite(.tls) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            site.ufm.inject(UFMSimulator.Fault(.cutAfterActing, method: "POST"))
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            #expect(site.ufm.writes.count == 1)
            #expect(site.partition(0x200e).map { Set($0.members.keys) } == [Self.host])
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "While UFM is away it says so once, keeps trying, and catches up when it is back", arguments: KeyPlace.allCases)
    func outage(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            site.ufm.inject(UFMSimulator.Fault(.status(503), count: nil))
            let daemon = try site.startDaemon("--etcd-api", keys.rawValue, "--poll-interval", "1")
            try await daemon.waitForLine(containing: "ERROR: UFM does not answer; trying until it does")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            // Three refusals more, and still one line.
            try await site.ufm.waitFor("more tries") { state in state.requests.count >= 3 }
            site.ufm.clearFaults()
            try await daemon.waitForLine(containing: "UFM answers again, after")
            try await site.waitForMembers([Self.host], of: 0x200e)
            #expect(daemon.lines.count { $0.text.contains("UFM does not answer") } == 1)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "An etcd that is killed and comes back is followed again, and nothing that changed meanwhile is missed",
        arguments: KeyPlace.allCases)
    func etcdRestart(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon("--etcd-api", keys.rawValue)
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await site.etcd.kill()
            try await daemon.waitForLine(containing: " cannot be read; trying until it can")
            #expect(site.partition(0x200e) != nil)
            try await site.etcd.restart()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55177"])
            try await site.waitForMembers([Self.otherHost], of: 0x200e)
            try await daemon.waitForLine(containing: " is read again, after")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "An etcd that comes back empty deletes nothing, and what is put back is in step without a restart",
        arguments: KeyPlace.allCases)
    func wipedEtcd(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            // With the records goes the knowledge that the partitions are ours; that these PKeys are is said.
            let daemon = try site.startDaemon("--poll-interval", "1", "--managed-range", "0x2000-0x2fff")
            for pkey in 0x2000...0x2009 {
                try await site.put(pkey: "0x" + String(pkey, radix: 16), hosts: ["043f720300f55176"])
            }
            try await site.ufm.waitFor("ten partitions") { $0.partitions.count == 11 }
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2009")
            let before = site.ufm.createdPartitions
            try await site.etcd.wipeAndRestart()
            try await daemon.waitForLine(containing: " is read again, after")
            let reads = site.ufm.requests.count
            // Two resyncs later the partitions are still there.
            try await site.ufm.waitFor("two resyncs") { $0.requests.count >= reads + 2 }
            #expect(site.ufm.createdPartitions == before)
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55177"])
            try await site.waitForMembers([Self.otherHost], of: 0x2000)
            #expect(site.ufm.createdPartitions.count == 10)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "Credentials that are refused at the start end a single run with exit code 1 and one line that names the server"
    )
    func refusedCredentials() async throws {
        try await withSite(.http) { site in
            try site.configuration.write("wrong\n", to: "ufm-password")
            let daemon = try site.startDaemon("--once")
            #expect(try await daemon.waitForExit() == .code(1))
            #expect(daemon.errors.split(separator: "\n").count == 1)
            #expect(daemon.errors.contains("UFM does not accept our credentials"))
            #expect(daemon.errors.contains(site.ufmHost))
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test("A daemon that UFM refuses at its start says so once and asks on: authentication may not be up yet")
    func refusedAtTheStart() async throws {
        try await withSite(.http) { site in
            site.ufm.inject(UFMSimulator.Fault(.status(401), count: nil))
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(
                containing: "ERROR: UFM does not answer; trying for two minutes, in case it is starting: ")
            try await site.ufm.waitFor("more tries") { state in state.requests.count >= 3 }
            site.ufm.clearFaults()
            try await site.waitForMembers([Self.host], of: 0x200e)
            #expect(daemon.lines.count { $0.text.contains("UFM does not answer") } == 1)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A UFM that answers nonsense, or with a list that cannot be whole, is starting and waited for",
        arguments: [#"{"up": true}"#, "[]", "{}", "hello"])
    func startingUFM(_ body: String) async throws {
        try await withSite(.http) { site in
            site.ufm.inject(
                UFMSimulator.Fault(.answer(status: 200, contentType: "application/json", body: body), count: nil))
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "ERROR: UFM does not answer; trying until it does: ")
            try await site.ufm.waitFor("more tries") { state in state.requests.count >= 3 }
            site.ufm.clearFaults()
            try await site.waitForMembers([Self.host], of: 0x200e)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A changed etcd password is taken from its file on SIGHUP, without a restart")
    func changedPassword() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.etcd.etcdctl("user", "passwd", "root", "--interactive=false", input: "another\n")
            try await daemon.waitForLine(containing: "ERROR: ")
            try site.configuration.write("another\n", to: "etcd-password")
            _ = daemon.send(signal: 1)
            try await daemon.waitForLine(containing: "SIGHUP received: passwords have been read again")
            let value = "{'host_guids': ['0x043f720300f55176'], 'vf_guids': []}"
            let put = try await site.run(
                "etcd", "--etcd-user", "root", "--put", Site.pkeyPrefix + "0x200e", "--value", value)
            #expect(put.exitCode == 0)
            try await site.waitForMembers([Self.host], of: 0x200e)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A password given as an argument is not in the list of processes")
    func blankedArguments() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--ufm-password", site.options.ufmPassword)
            try await daemon.waitForLine(containing: "UFM Status")
            let arguments = try await CommandRunner.succeed(
                Command("/bin/cat", ["/proc/\(daemon.identifier)/cmdline"]))
            #expect(arguments.output.contains("--ufm-password"))
            #expect(!arguments.output.contains(site.options.ufmPassword))
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
