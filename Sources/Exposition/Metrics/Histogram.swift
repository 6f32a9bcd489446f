/// How many durations were how long. Pure.
package struct Histogram: Equatable, Sendable {
    /// The upper ends of the buckets, in seconds, as they are printed.
    static let bounds: [(seconds: Double, text: String)] = [
        (0.001, "0.001"), (0.002, "0.002"), (0.005, "0.005"), (0.01, "0.01"), (0.02, "0.02"), (0.05, "0.05"),
        (0.1, "0.1"), (0.2, "0.2"), (0.5, "0.5"), (1, "1"), (2, "2"), (5, "5"), (10, "10"), (30, "30"), (60, "60"),
    ]

    /// How many fell into each bucket and into none before it; the last one is for all that are longer.
    private var counts = [UInt64](repeating: 0, count: Histogram.bounds.count + 1)
    package private(set) var sum = 0.0

    package init() {}

    package var count: UInt64 { counts.reduce(0, +) }

    package mutating func add(_ seconds: Double) {
        // What is no time would spoil the sum for ever.
        guard seconds.isFinite, seconds >= 0 else { return }
        counts[Self.bounds.firstIndex { seconds <= $0.seconds } ?? Self.bounds.count] += 1
        sum += seconds
    }

    package mutating func add(_ duration: Duration) { add(duration / .seconds(1)) }

    /// How many were at most as long as each bound, and how many there are, each with its label.
    var cumulative: [(bound: String, count: UInt64)] {
        var total: UInt64 = 0
        return zip(Self.bounds.map(\.text) + ["+Inf"], counts).map { bound, count in
            total += count
            return (bound, total)
        }
    }
}
