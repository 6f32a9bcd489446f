import TestSupport
import Testing

@Suite("A machine that allows little", .timeLimit(.minutes(20)))
struct LimitedMachineTests {
    @Test(
        "Too few open files are one line and exit code 1, whatever but the version is asked",
        arguments: [8, 12, 14, 20])
    func descriptors(limit: Int) async throws {
        for arguments in [["--help"], ["monitor", "--help"], ["monitor"]] {
            let program = try Programs.pkeyd()
            let result = try await CommandRunner.run(
                Command("/bin/sh", ["-c", "ulimit -n \(limit); exec \"$@\"", "sh", program] + arguments))
            #expect(result.status == .code(1))
            #expect(result.output == "")
            expectOneComplaint(inErrors: result.errors, naming: ["too few open files are allowed", "ulimit -n"], "")
        }
        let version = try await CommandRunner.succeed(
            Command("/bin/sh", ["-c", "ulimit -n \(limit); exec \"$1\" --version", "sh", try Programs.pkeyd()]))
        #expect(version.output.contains(".") && version.errors == "")
    }

    @Test(
        "Too few tasks are one line and exit code 1, and no silence",
        .enabled(if: isRoot, "only root can be another user"),
        arguments: [2, 3, 5])
    func tasks(limit: Int) async throws {
        let user = ["--reuid=54321", "--regid=54321", "--clear-groups", "--", "prlimit", "--nproc=\(limit)"]
        let result = try await CommandRunner.run(
            Command("setpriv", user + [try Programs.pkeyd(), "--help"]), deadline: .seconds(30))
        #expect(result.status == .code(1))
        expectOneComplaint(inErrors: result.errors, naming: ["too few tasks are allowed", "TasksMax="], "")
    }

    @Test("Open files that run out later are waited for")
    func exhausted() async throws {
        try await withSite(.http) { site in
            // Longer than a connection is kept, so that each look needs a new one.
            let daemon = try site.startDaemon("--poll-interval", "5")
            try await site.put(pkey: "0x5", hosts: ["0000000000000001"])
            try await site.waitForMembers([1], of: 5)
            func allow(_ count: Int) async throws {
                try await CommandRunner.succeed(
                    Command("prlimit", ["--pid", "\(daemon.identifier)", "--nofile=\(count):4096"]))
            }
            try await allow(3)
            try await daemon.waitForLine(containing: "UFM does not answer")
            try await site.put(pkey: "0x6", hosts: ["0000000000000002"])
            try await allow(1_024)
            try await site.waitForMembers([2], of: 6)
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
