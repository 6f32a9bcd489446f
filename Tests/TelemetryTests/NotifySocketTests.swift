import TestSupport
import Testing

@testable import Telemetry

@Suite("The service manager's socket", .timeLimit(.minutes(20)))
struct NotifySocketTests {
    @Test("takes what is sent, under a path and under an abstract name", arguments: [false, true])
    func sending(isAbstract: Bool) async throws {
        let listener = try NotifyListener(isAbstract: isAbstract)
        let socket = try #require(NotifySocket(listener.address))
        #expect(socket.send("READY=1\nSTATUS=x"))
        let (_, lines) = try await listener.wait(for: "READY=1")
        #expect(lines == ["READY=1", "STATUS=x"])
    }

    @Test("is never waited for: what finds no room, or nobody, is not said")
    func full() throws {
        let listener = try NotifyListener(listens: false)
        let socket = try #require(NotifySocket(listener.address))
        // The system lets a few hundred wait.
        #expect((0..<100_000).contains { _ in !socket.send("STATUS=" + String(repeating: "x", count: 1_000)) })
        let nobody = try #require(NotifySocket("/nonexistent/socket"))
        #expect(!nobody.send("READY=1"))
    }

    @Test(
        "Other addresses are none",
        arguments: ["", "/", "@", "vsock:2:1", "relative", "/" + String(repeating: "x", count: 200)])
    func addresses(text: String) {
        #expect(NotifySocket(text) == nil)
    }

    @Test("A watchdog that is another process's is none of ours")
    func variables() {
        func patience(_ microseconds: String?, _ identifier: String?) -> Duration? {
            SupervisorVariables(socket: "/a", microseconds: microseconds, identifier: identifier, own: 7).patience
        }
        #expect(patience("3000000", nil) == .seconds(3))
        #expect(patience("3000000", "7") == .seconds(3))
        #expect(patience("3000000", "8") == nil)
        #expect(patience("0", nil) == nil)
        #expect(patience("soon", nil) == nil)
        #expect(patience(nil, "7") == nil)
        #expect(SupervisorVariables(socket: "", microseconds: nil, identifier: nil, own: 7).socket == nil)
    }
}
