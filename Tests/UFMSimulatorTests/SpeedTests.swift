import Dispatch
import Glibc
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// How many membership writes a second the simulator takes on its one thread, over one connection.
///
/// The test prints the figure and fails only far below it, since a debug build on a busy machine says little. For the
/// figure of a release build, start that on a port and name it:
///
///     swift build -c release --product ufm-simulator
///     .build/release/ufm-simulator --port 8080 &
///     UFM_SIMULATOR_PORT=8080 swift test --disable-xctest --filter SpeedTests
@Suite(.timeLimit(.minutes(20)))
struct SpeedTests {
    private static let writes = 4000
    private static let partitions = 1000
    private static let guidsPerWrite = 8
    /// How many requests are on their way at once.
    private static let batch = 50

    @Test("The simulator takes membership writes fast enough never to be what a test waits for")
    func membershipWrites() async throws {
        if let port = getenv("UFM_SIMULATOR_PORT").flatMap({ Int(String(cString: $0)) }) {
            try await measure(port, "ufm-simulator on port \(port)")
            return
        }
        try await withSimulator { simulator, _ in
            try await measure(simulator.port, "simulator within this test")
            #expect(simulator.createdPartitions.count == Self.partitions)
            #expect(simulator.writes.count == Self.writes && simulator.writes.allSatisfy { $0.status == 200 })
        }
    }

    private func measure(_ port: Int, _ label: String) async throws {
        let connection = try #require(RawConnection(port: port))
        defer { connection.close() }
        let batches = stride(from: 0, to: Self.writes, by: Self.batch).map { start in
            (start..<start + Self.batch).flatMap { Array(Self.request($0).utf8) }
        }
        let clock = ContinuousClock()
        let start = clock.now
        for batch in batches {
            #expect(await connection.exchange(batch, replies: Self.batch))
        }
        let elapsed = start.duration(to: clock.now)
        let rate = Double(Self.writes) / (elapsed / .seconds(1))
        print("\(label): \(Int(rate)) membership POSTs per second, \(Self.guidsPerWrite) GUIDs each")
        #expect(rate > 200)
    }

    private static func request(_ number: Int) -> String {
        let guids = (0..<guidsPerWrite).map { index in
            "\"" + String(0x946d_ae03_0000_0000 + UInt64(number * guidsPerWrite + index), radix: 16) + "\""
        }
        let key = "0x" + String(number % partitions + 1, radix: 16)
        let body = #"{"pkey":"\#(key)","index0":true,"ip_over_ib":false,"guids":[\#(guids.joined(separator: ","))]}"#
        return "POST \(pkeys) HTTP/1.1\r\nHost: ufm\r\nAuthorization: \(Sample.basic)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}

extension RawConnection {
    /// Sends requests all at once and reads as many replies; false where one of them is no 200 or none comes.
    fileprivate func exchange(_ requests: [UInt8], replies: Int) async -> Bool {
        guard sendRaw(requests) else { return false }
        for _ in 0..<replies {
            guard await receive()?.status == 200 else { return false }
        }
        return true
    }
}
