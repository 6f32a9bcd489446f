import Foundation
import Glibc
import TestSupport
import Testing
import UFMSimulator

/// The daemon under a service manager: a stub of its socket hears what it says of itself.
@Suite("Under a service manager")
struct SupervisedDaemonTests {
    private func start(_ site: Site, _ manager: NotifyListener, patience: Duration) throws -> BackgroundProcess {
        let microseconds = patience.components.seconds * 1_000_000 + patience.components.attoseconds / 1_000_000_000_000
        return try site.start(
            site.daemonArguments + ["--poll-interval", "600"],
            environment: ["NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "\(microseconds)"])
    }

    @Test(
        "it is ready after its first pass, is seen to live while nothing happens, reloads and stops",
        arguments: [false, true])
    func life(isAbstract: Bool) async throws {
        try await withSite(.http) { site in
            let manager = try NotifyListener(isAbstract: isAbstract)
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try start(site, manager, patience: .seconds(2))
            let ready = try await manager.wait(for: "READY=1")
            #expect(ready.lines.contains { $0.hasPrefix("STATUS=") }, "\(ready.lines)")
            _ = try await manager.wait(for: "STATUS=1 partition: 1 synced")
            // Nothing is due for ten minutes: the loop turns all the same.
            var index = manager.all.count
            for _ in 0..<4 { index = try await manager.wait(for: "WATCHDOG=1", from: index).index + 1 }
            _ = daemon.send(signal: 1)
            let reloading = try await manager.wait(for: "RELOADING=1")
            #expect(reloading.lines.contains { $0.hasPrefix("MONOTONIC_USEC=") && $0.count > 15 })
            _ = try await manager.wait(for: "READY=1", from: reloading.index)
            daemon.terminate()
            _ = try await manager.wait(for: "STOPPING=1")
            #expect(try await daemon.waitForExit() == .code(0))
            #expect(manager.all.count { $0.contains("READY=1") } == 2)
            print(manager.all.joined(separator: "\n--\n"))
        }
    }

    @Test("it is ready while UFM is away, and says that it tries")
    func away() async throws {
        try await withSite(.http) { site in
            let manager = try NotifyListener()
            site.ufm.inject(UFMSimulator.Fault(.status(503), count: nil))
            let daemon = try start(site, manager, patience: .seconds(60))
            let ready = try await manager.wait(for: "READY=1")
            #expect(
                ready.lines.contains {
                    $0.hasPrefix("STATUS=") && $0.contains("UFM does not answer, trying until it does")
                },
                "\(ready.lines)")
            site.ufm.clearFaults()
            _ = try await manager.wait(for: "STATUS=0 partitions")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("the manager's variables are not handed on, and a manager that does not read changes nothing")
    func deaf() async throws {
        try await withSite(.http) { site in
            let manager = try NotifyListener(listens: false)
            let daemon = try start(site, manager, patience: .milliseconds(20))
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.waitForMembers([TroubleTests.host], of: 0x200e)
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// A program that was built for this alone, with `-Xswiftc -DPLANTED_HANG`: the shipped one has no such fault in it.
    private static var hangingProgram: String? { ProcessInfo.processInfo.environment["HANGING_PROGRAM"] }

    @Test(
        "a loop that hangs gives no sign of life; ended as systemd ends it, it begins anew and misses nothing",
        .enabled(if: Self.hangingProgram != nil, "needs HANGING_PROGRAM: scripts/planted-hang makes it"))
    func hang() async throws {
        let program = try #require(Self.hangingProgram)
        try await withSite(.http) { site in
            let manager = try NotifyListener()
            let trigger = site.configuration.file("hang")
            var command = try site.command(
                site.daemonArguments,
                environment: [
                    "NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "2000000", "PKEYD_HANG": trigger,
                ])
            command.program = program
            let daemon = try BackgroundProcess(command)
            _ = try await manager.wait(for: "READY=1")
            var index = manager.all.count
            for _ in 0..<3 { index = try await manager.wait(for: "WATCHDOG=1", from: index).index + 1 }
            try site.configuration.write("", to: "hang")
            // One may have been on its way; then nothing comes for longer than systemd would wait.
            for attempt in 0... {
                guard let late = try? await manager.wait(for: "WATCHDOG=1", from: index, timeout: .seconds(3)) else {
                    break
                }
                try #require(attempt < 2)
                index = late.index + 1
            }
            #expect(daemon.isRunning)
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            daemon.send(signal: SIGABRT)
            #expect(try await daemon.waitForExit() == .signal(SIGABRT))
            #expect(site.partition(0x200e) == nil)
            try FileManager.default.removeItem(atPath: trigger)
            let told = manager.all.count
            let next = try BackgroundProcess(command)
            _ = try await manager.wait(for: "READY=1", from: told)
            try await site.waitForMembers([TroubleTests.host], of: 0x200e)
            #expect(try await next.stop() == .code(0))
        }
    }
}
