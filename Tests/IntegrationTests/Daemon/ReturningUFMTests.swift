import TestSupport
import Testing
import UFMSimulator

/// A UFM that was away, and how soon that it is back is made use of.
@Suite("A UFM that is back")
struct ReturningUFMTests {
    /// How it is away.
    static let absences: [(String, UFMSimulator.Fault.Kind)] = [
        ("503", .status(503)), ("no answer", .hang), ("connections that end", .cutBeforeActing),
    ]

    @Test(
        "A change that comes after its return is carried out within seconds, and so is what waited", arguments: absences
    )
    func back(name: String, kind: UFMSimulator.Fault.Kind) async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55177"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            // Writes would hang for a minute, which is another matter.
            site.ufm.inject(UFMSimulator.Fault(kind, method: "GET", count: nil))
            try await daemon.waitForLine(
                containing: "ERROR: UFM does not answer; trying until it does: ")
            // It is away for some questions more.
            let asked = site.ufm.requests.count
            try await site.put(pkey: "0x2002", hosts: ["043f720300f55178"])
            try await site.ufm.waitFor("more questions") { $0.requests.count >= asked + 3 }
            site.ufm.clearFaults()
            let back = ContinuousClock.now
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.waitForMembers([TroubleTests.host], of: 0x200e)
            let fresh = back.duration(to: .now)
            try await site.waitForMembers([0x043f_7203_00f5_5178], of: 0x2002)
            print("\(name): a fresh change after \(fresh), what waited after \(back.duration(to: .now))")
            #expect(daemon.lines.count { $0.text.contains("UFM does not answer") } == 1)
            #expect(try await daemon.stop() == .code(0))
        }
    }
}
