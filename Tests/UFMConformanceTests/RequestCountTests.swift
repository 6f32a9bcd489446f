import Fabric
import Testing
import UFMClient
import UFMModel

/// How many requests each deed takes where nothing goes wrong: a way round that costs more is seen here.
@Suite("What a deed costs")
struct RequestCountTests {
    /// The most requests by answers of ``FaultTests/answers`` and deed of ``FaultTests/deeds``.
    private static let most = [
        [1, 2, 2, 2, 2, 1, 1, 1, 1, 7, 1, 2, 2], [1, 2, 5, 2, 5, 1, 1, 7, 3, 10, 1, 3, 2],
        [1, 2, 4, 2, 6, 6, 1, 7, 1, 12, 1, 2, 2],
    ]

    @Test("No deed takes more requests than it ever took", arguments: FaultTests.answers.indices)
    func counts(answer: Int) async throws {
        for (deed, most) in zip(FaultTests.deeds, Self.most[answer]) {
            var bench = try Bench(switches: FaultTests.answers[answer](.init()))
            await bench.prepare(deed.before)
            let before = bench.transport.requestCount
            await bench.perform(deed.step)
            let count = bench.transport.requestCount - before
            #expect(count <= most, "\(deed.step.name)")
        }
    }
}
