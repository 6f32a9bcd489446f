import Foundation
import HTTPServing
import TestSupport
import Testing

/// Neither UFM nor anybody in its place is to fill the memory, nor to keep it filled.
@Suite("Memory under lists that are too large", .serialized, .timeLimit(.minutes(20)))
struct MemoryTests {
    /// Answers as a UFM that has the default partition, and, as long as it is told so, strangers' partitions without end.
    private final class LargeUFM: Responder {
        let headers: [(name: String, value: String)] = []
        /// How many lists were asked for while they were large, and since.
        let asked = Watched((large: 0, small: 0))
        private let isLarge = Watched(true)
        private let list: String

        /// A list of this many bytes and a little more; each partition has 256 members.
        init(bytes: Int) {
            let standard = #""0x7fff": {"partition": "management", "ip_over_ib": true, "guids": []}"#
            var list = "{" + standard
            list.reserveCapacity(bytes + 32_768)
            var number = 0
            while list.utf8.count < bytes {
                number += 1
                let guids = (0..<256).map { member in
                    let guid = String(1 << 60 | number << 8 | member, radix: 16)
                    return #"{"guid": "\#(guid)", "membership": "full", "index0": false}"#
                }
                let name = "0x" + String(number, radix: 16)
                list += ", \"\(name)\": {\"partition\": \"api_pkey_\(name)\", \"ip_over_ib\": true, \"guids\": ["
                list += guids.joined(separator: ", ") + "]}"
            }
            self.list = list + "}"
            precondition(number < 0x7ffe, "a PKey would be there twice")
        }

        func becomeSmall() { isLarge.update { $0 = false } }

        func respond(to request: ServedRequest) -> PendingExchange {
            let path = request.target.prefix { $0 != "?" }
            if path.hasSuffix("/app/ufm_version") { return answer(#"{"ufm_release_version": "6.19.2-5"}"#) }
            guard path.hasSuffix("/resources/pkeys") else {
                return PendingExchange(ServedResponse(status: 404, contentType: "text/plain", body: "no such page"))
            }
            if isLarge.read({ $0 }) {
                asked.update { $0.large += 1 }
                return answer(list)
            }
            asked.update { $0.small += 1 }
            return answer(#"{"0x7fff": {"partition": "management", "ip_over_ib": true, "guids": []}}"#)
        }

        private func answer(_ body: String) -> PendingExchange {
            PendingExchange(ServedResponse(status: 200, contentType: "application/json", body: body))
        }
    }

    private func withUFM(bytes: Int, _ body: (LargeUFM, String) async throws -> Void) async throws {
        let ufm = LargeUFM(bytes: bytes)
        let listener = Listener(responder: ufm, limits: ServingLimits(head: 16_384, body: 65_536))
        let port = try await listener.bind(host: "127.0.0.1", port: 0)
        try await body(ufm, "127.0.0.1:\(port)")
        await listener.shutDown()
    }

    /// A line of a process's status (proc(5)), in megabytes.
    private func megabytes(_ line: String, of process: BackgroundProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)
        let value = try #require(status.split(separator: "\n").first { $0.hasPrefix(line + ":") })
        return try #require(Int(value.split(whereSeparator: \.isWhitespace)[1])) / 1_024
    }

    @Test("A list of 62 MB takes less than 512 MB, and a quarter of that once it is over")
    func readable() async throws {
        try await withUFM(bytes: 62 << 20) { ufm, host in
            try await withSite(.http) { site in
                let daemon = try site.startDaemon("--poll-interval", "5", "--ufm-host", host)
                // The second one is asked for when the first has been read.
                #expect(await ufm.asked.wait(timeout: .untilHung) { $0.large >= 2 ? true : nil } == true)
                ufm.becomeSmall()
                #expect(await ufm.asked.wait(timeout: .untilHung) { $0.small >= 2 ? true : nil } == true)
                var now = 0
                try await eventually("memory that is given back") {
                    now = try megabytes("VmRSS", of: daemon)
                    return now < 128
                }
                let peak = try megabytes("VmHWM", of: daemon)
                print("a list of 62 MB: peak \(peak) MB, then \(now) MB")
                #expect(peak < 512)
                #expect(try await daemon.stop() == .code(0))
            }
        }
    }

    @Test("A larger one than the limit is refused by it, and takes less than that")
    func refused() async throws {
        try await withUFM(bytes: 260 << 20) { ufm, host in
            try await withSite(.http) { site in
                let daemon = try site.startDaemon("--poll-interval", "5", "--ufm-host", host)
                try await daemon.waitForLine(containing: "larger than 268435456 bytes")
                ufm.becomeSmall()
                #expect(await ufm.asked.wait(timeout: .untilHung) { $0.small >= 2 ? true : nil } == true)
                let peak = try megabytes("VmHWM", of: daemon)
                print("a list of 260 MB: peak \(peak) MB")
                #expect(peak < 1_024)
                #expect(try await daemon.stop() == .code(0))
            }
        }
    }
}
