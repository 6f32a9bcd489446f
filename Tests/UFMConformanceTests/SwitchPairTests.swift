import Fabric
import Testing
import UFMClient
import UFMModel

/// Every answer that UFM might give to two open questions at once.
@Suite("The client against every pair of answers to open questions", .timeLimit(.minutes(20)))
struct SwitchPairTests {
    struct Setting: Sendable {
        let name: String
        let value: String
    }

    /// How many requests the lives under all pairs took at first.
    private static let mostRequests = 213_768

    /// The values of each switch, with limits that are tighter than the client's own.
    static var settings: [[Setting]] {
        Switches.conformanceValues.map { name, values in
            let tight = ["maxGuids": ["3"], "maxUrl": ["256"]][name, default: []]
            return (values + tight).map { Setting(name: name, value: $0) }
        }
    }

    /// All pairs of switches with all pairs of their values.
    static var pairs: [[Setting]] {
        let settings = settings
        return settings.indices.flatMap { first in
            settings.indices.dropFirst(first + 1).flatMap { second in
                settings[first].flatMap { one in settings[second].map { [one, $0] } }
            }
        }
    }

    /// What one life under these settings came to.
    static func live(_ settings: [Setting], version: String = "6.22.1-3") async throws -> Bench {
        var switches = Switches()
        for setting in settings { try switches.set(setting.name, to: setting.value) }
        let isCrowded = settings.contains { $0.name.hasPrefix("table") }
        // Tighter limits are met by the small life.
        let isLarge = settings.contains { $0.name.hasPrefix("max") && ["100", "500", "2048"].contains($0.value) }
        var bench = try Bench(switches: switches, version: version) { configuration in
            guard isCrowded else { return }
            configuration.partitions += (0..<126).map {
                .init(key: 0x1000 + $0, members: [Bench.crowdedPort.value: .init()])
            }
        }
        bench.refusalOfLists = settings.compactMap { OddityTests.oddity(of: $0)?.words }
        bench.hidesVersion = settings.contains { $0.name == "hidesVersion" && $0.value == "true" }
        await bench.live(
            isLarge: isLarge, context: settings.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
        return bench
    }

    @Test("Whatever two switches say, a partition's whole life comes out right and nothing else is touched")
    func pairs() async throws {
        let pairs = Self.pairs
        let (violations, requests) = try await withThrowingTaskGroup(of: ([String], Int).self) { group in
            for start in 0..<2 {
                group.addTask {
                    var (found, count) = ([String](), 0)
                    for index in stride(from: start, to: pairs.count, by: 2) {
                        let bench = try await Self.live(pairs[index])
                        found += bench.violations
                        count += bench.transport.requestCount
                        // Nothing here ever waits: tests beside this one, which have a time limit, want their turn.
                        await Task.yield()
                    }
                    return (found, count)
                }
            }
            return try await group.reduce(into: ([], 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
        }
        print(
            "conformance: \(pairs.count) combinations of two settings, \(requests) requests, "
                + "\(violations.count) violations")
        #expect(pairs.count > 1_500)
        // A way round that costs more than it did is seen here.
        #expect(requests <= Self.mostRequests)
        #expect(violations.isEmpty, "\(violations.prefix(12).joined(separator: "\n"))")
    }

    @Test(
        "Every release lives the same life",
        arguments: ["6.12.0-4", "6.14.5-2", "6.15.1-4", "6.19.1-5", "6.22.1-3", "7.0.0-1"])
    func versions(version: String) async throws {
        var found: [String] = []
        for values in Self.settings {
            for setting in values {
                found += try await Self.live([setting], version: version).violations
                await Task.yield()
            }
        }
        #expect(found.isEmpty, "\(found.prefix(12).joined(separator: "\n"))")
    }
}
