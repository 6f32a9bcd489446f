import Foundation
import TestSupport
import Testing
import UFMSimulator

/// Visitors of the daemon who mean no good, while it works.
@Suite("Hostile visitors")
struct HostileVisitorTests {
    private static let heads: [[UInt8]] = [
        Array("GET /metrics HTTP/1.1\r\n\r\n".utf8), Array("GET ".utf8), Array("\0\u{1}\u{2}\r\n\r\n".utf8),
        Array("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n".utf8), [],
        Array(("GET /" + String(repeating: "a", count: 9_000)).utf8),
        Array("GET /?q=%00%ff<script> HTTP/1.1\r\n\r\n".utf8),
        [UInt8](repeating: 0xff, count: 2_000), Array("GET / HTTP/1.1\r\nA: b\r\n".utf8),
    ]

    /// How many come; all of the 10,000 that were shown once take a minute.
    private static let count = ProcessInfo.processInfo.environment["HOSTILE_VISITORS"].flatMap(Int.init) ?? 1_000

    @Test("Thousands of them, some slow, have no effect on the work; a scrape is still answered afterwards")
    func crowd() async throws {
        try await withSite(.http) { site in
            let port = Int(try FreePort.find(1)[0])
            let daemon = try site.startDaemon("--poll-interval", "600", "--listen", "127.0.0.1:\(port)")
            try await daemon.waitForLine(containing: "UFM Status")
            let isOver = Watched(false)
            // Owned by this test, which awaits it below.
            let crowd = Task {
                let sent = await onBlockingThread {
                    var held: [RawConnection] = []
                    var sent = 0
                    for number in 0..<Self.count {
                        guard let connection = RawConnection(port: port) else { continue }
                        _ = connection.sendRaw(Self.heads[number % Self.heads.count])
                        sent += 1
                        held.append(connection)
                        // They neither read nor go until many others have come.
                        if held.count > 200 { held.removeFirst(100) }
                    }
                    return sent
                }
                isOver.update { $0 = true }
                return sent
            }
            var slowest = Duration.zero
            var changes = 0
            while changes < 20 || !isOver.read({ $0 }) {
                let begin = ContinuousClock.now
                changes += 1
                let pkey = "0x2" + String(1_000 + changes).suffix(3)
                try await site.put(pkey: pkey, hosts: ["043f720300f551" + (changes % 90 + 10).description])
                try await daemon.waitForLine(containing: "Successfully synchronized PKey \(pkey)")
                slowest = max(slowest, begin.duration(to: .now))
                try await site.delete(pkey: pkey)
                try await daemon.waitForLine(containing: "Successfully removed PKey \(pkey)")
            }
            let sent = await crowd.value
            print("\(sent) hostile connections; \(changes) changes meanwhile, the slowest done in \(slowest)")
            #expect(sent > Self.count * 9 / 10)
            try await eventually("a scrape is answered") {
                let connection = RawConnection(port: port)
                _ = connection?.sendRaw(Array("GET /metrics HTTP/1.1\r\n\r\n".utf8))
                return await connection?.receive()?.status == 200
            }
            #expect(!daemon.output.contains("ERROR"), "\(daemon.output)")
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
