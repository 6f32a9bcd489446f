import Foundation
import Glibc
import TestSupport
import Testing

@Suite("A daemon that is asked to end at once", .timeLimit(.minutes(20)))
struct EarlySignalTests {
    @Test("ends with 0 as soon as it can be asked at all", arguments: [SIGTERM, SIGINT])
    func early(signal: Int32) async throws {
        try await withSite(.http) { site in
            for _ in 1...10 {
                let daemon = try site.startDaemon()
                // The system shows which signals a process handles itself.
                try await eventually("handler", interval: .milliseconds(1)) { () -> Bool in
                    Self.caught(by: daemon.identifier) & (1 << UInt64(signal - 1)) != 0
                }
                daemon.send(signal: signal)
                #expect(try await daemon.waitForExit() == .code(0), "\(daemon.output)")
            }
        }
    }

    @Test("ends at once while etcd keeps it waiting for where the keys are")
    func undecided() async throws {
        try await withSite(.http) { site in
            await site.etcd.pause()
            // It gives etcd three seconds to say so. What is asked is the quickest of some: a machine may be busy.
            var quickest = Duration.seconds(60)
            for _ in 1...5 where quickest > .seconds(2) {
                let daemon = try site.startDaemon()
                try await daemon.waitForLine(containing: "Performing initial PKey scan")
                let start = ContinuousClock.now
                daemon.send(signal: SIGTERM)
                #expect(try await daemon.waitForExit() == .code(0), "\(daemon.output)")
                quickest = min(quickest, start.duration(to: .now))
            }
            #expect(quickest < .seconds(2))
            await site.etcd.resume()
        }
    }

    @Test("a tool ends by the signal, and a watch in good order, however early it is")
    func tools() async throws {
        try await withSite(.http) { site in
            // It answers nobody, so that neither ends by itself.
            await site.etcd.pause()
            for (operation, expected) in [("--list", TestSupport.ExitStatus.signal(SIGTERM)), ("--watch", .code(0))] {
                for _ in 1...5 {
                    let tool = try site.start(["etcd", "--etcd-user", "root", operation])
                    let start = ContinuousClock.now
                    try await eventually("handler", interval: .milliseconds(1)) { () -> Bool in
                        // A list lets go of it soon, and may have done so before anybody looked: then it is later than early.
                        Self.caught(by: tool.identifier) & (1 << UInt64(SIGTERM - 1)) != 0
                            || operation == "--list" && start.duration(to: .now) > .milliseconds(500)
                    }
                    tool.send(signal: SIGTERM)
                    #expect(try await tool.waitForExit() == expected, "\(tool.errors)")
                }
            }
            await site.etcd.resume()
        }
    }

    private static func caught(by process: Int32) -> UInt64 {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        return line.flatMap { UInt64($0.split(separator: "\t").last ?? "", radix: 16) } ?? 0
    }
}
