import TestSupport
import UFMModel
import UFMSimulator

/// Looks at UFM after each change of it, and notes every partition in which two tenants are together.
///
/// Tenants are those of ``KeyWriter``. The simulator asks a waiting condition after every request, under its lock: one that
/// never comes true sees every state there is.
final class TenantWatch: Sendable {
    private struct Findings: Sendable {
        var looks = 0
        var mixtures: [String] = []
    }

    private let findings = Watched(Findings())

    /// How often UFM was looked at.
    var looks: Int { findings.read { $0.looks } }
    /// What should not have been, in words.
    var mixtures: [String] { findings.read { $0.mixtures } }

    private func look(at state: UFMSimulator.State) {
        var mixtures: [String] = []
        for (number, partition) in state.partitions where number < 0x4000 {
            let tenants = Set(partition.members.keys.map { $0 >> 8 })
            if tenants.count > 1 {
                let pkey = "0x" + String(number, radix: 16)
                mixtures.append("\(pkey) has tenants \(tenants.sorted()) after request \(state.requests.count)")
            }
        }
        findings.update { findings in
            findings.looks += 1
            findings.mixtures += mixtures
        }
    }

    /// Looks from the beginning of the body to its end.
    func during<Result>(
        _ site: Site, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
    ) async throws -> Result {
        async let _: Void = wait(site)
        _ = await findings.wait { $0.looks > 0 ? true : nil }
        let result = try await body()
        // What is not awaited is cancelled when it goes out of scope.
        return result
    }

    private func wait(_ site: Site) async {
        try? await site.ufm.waitFor("the end of the test", timeout: .seconds(3600)) { state in
            self.look(at: state)
            return false
        }
    }
}
