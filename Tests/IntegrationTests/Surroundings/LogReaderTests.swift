import Glibc
import TestSupport
import Testing
import UFMSimulator

@Suite("A log that nobody reads")
struct LogReaderTests {
    @Test("holds up neither the work nor the end", .timeLimit(.minutes(20)))
    func unread() async throws {
        try await withSite(.http) { site in
            let log = site.configuration.file("log")
            try #require(mkfifo(log, 0o600) == 0)
            // Opened for both, so that neither end waits for the other; and filled to the brim.
            let reader = open(log, O_RDWR | O_CLOEXEC | O_NONBLOCK)
            try #require(reader >= 0)
            defer { close(reader) }
            for size in [4_096, 1] { while write(reader, [UInt8](repeating: 10, count: size), size) > 0 {} }

            let daemon = try BackgroundProcess(
                site.shellCommand("exec \"$@\" >'\(log)' 2>&1", site.daemonArguments + ["--debug"]))
            for number in 1...20 {
                try await site.put(pkey: "0x\(4_000 + number)", hosts: ["000000000000000\(number % 9 + 1)"])
            }
            try await site.ufm.waitFor("20 partitions") { $0.partitions.count == 21 }
            daemon.terminate()
            // Before, it was there for ever.
            #expect(try await daemon.waitForExit() == .code(0))
        }
    }
}
