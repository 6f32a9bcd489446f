import Foundation

/// SplitMix64: random numbers that a seed repeats exactly.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }
    package init(_ seed: Seed) { state = seed.value }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// The seed of one random test. As the argument of a test, it is named when that test fails:
///
///     @Test(arguments: Seed.several(20)) func holds(seed: Seed) { var generator = SeededGenerator(seed) … }
///
/// `TEST_SEED=0x…` in the environment runs such tests with that seed alone.
package struct Seed: Hashable, Sendable, CustomStringConvertible {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    package var description: String { "TEST_SEED=0x" + String(value, radix: 16) }

    /// That many seeds: always the same ones, or the one of the environment.
    package static func several(_ count: Int) -> [Seed] {
        if let chosen { return [chosen] }
        var generator = SeededGenerator(seed: 0x7066_6b65_7964)
        return (0..<count).map { _ in Seed(generator.next()) }
    }

    /// The seed of the environment, or one that no run had before. (`FIRST_SEED=0x…` gives every test that one, and changes
    /// nothing else: two runs then try the same.)
    package static func fresh() -> Seed { chosen ?? first ?? Seed(UInt64.random(in: .min ... .max)) }

    /// The one of that number in the sequence that begins with this seed.
    package func followed(by number: Int) -> Seed {
        var generator = SeededGenerator(seed: value &+ UInt64(number))
        return Seed(generator.next())
    }

    /// Whether the environment names a seed.
    package static var isChosen: Bool { chosen != nil }

    private static let chosen = inEnvironment("TEST_SEED")
    private static let first = inEnvironment("FIRST_SEED")

    private static func inEnvironment(_ name: String) -> Seed? {
        guard let text = ProcessInfo.processInfo.environment[name] else { return nil }
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
        return UInt64(digits, radix: digits.startIndex == text.startIndex ? 10 : 16).map(Seed.init)
    }
}

/// Runs the body with random numbers; when it throws, its seed is printed.
package func withSeededGenerator<Result>(
    seed: Seed = .fresh(), isolation: isolated (any Actor)? = #isolation,
    _ body: (inout SeededGenerator) async throws -> Result
) async throws -> Result {
    var generator = SeededGenerator(seed)
    do {
        return try await body(&generator)
    } catch {
        FileHandle.standardError.write(Data("repeat this failure with \(seed)\n".utf8))
        throw error
    }
}
