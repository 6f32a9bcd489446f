internal import Surroundings

/// Metrics in Prometheus's text format, version 0.0.4: without times, and always in the same order. Pure.
package enum PrometheusText {
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package static func document(_ families: [MetricFamily]) -> String {
        families.filter { !$0.series.isEmpty }.sorted { $0.name.name < $1.name.name }.map(text).joined()
    }

    private static func text(_ family: MetricFamily) -> String {
        let name = family.name.name
        var lines = "# HELP \(name) \(escapedHelp(family.name.help))\n# TYPE \(name) \(family.name.kind.rawValue)\n"
        let series = family.series.map { ($0.key.pairs, $0.value) }
        for (labels, value) in series.sorted(by: { precedes($0.0, $1.0) }) {
            switch value {
            case .number(let number): lines += "\(name)\(braced(labels)) \(words(number))\n"
            case .histogram(let histogram):
                for (bound, count) in histogram.cumulative {
                    let all = labels + [MetricLabels.Pair(name: "le", value: bound)]
                    lines += "\(name)_bucket\(braced(all)) \(count)\n"
                }
                lines += "\(name)_sum\(braced(labels)) \(words(histogram.sum))\n"
                lines += "\(name)_count\(braced(labels)) \(histogram.count)\n"
            }
        }
        return lines
    }

    private static func precedes(_ left: [MetricLabels.Pair], _ right: [MetricLabels.Pair]) -> Bool {
        left.map(\.value).lexicographicallyPrecedes(right.map(\.value))
    }

    private static func braced(_ labels: [MetricLabels.Pair]) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escapedValue($0.value))\"" }.joined(separator: ",") + "}"
    }

    /// Whatever others have written in it, a value stays on its line, within its quotes, and shows what a terminal would obey.
    package static func escapedValue(_ value: String) -> String {
        escaped(OutgoingWords.line(value), ["\\": "\\\\", "\"": "\\\""])
    }

    private static func escapedHelp(_ help: String) -> String { escaped(help, ["\\": "\\\\", "\n": "\\n"]) }

    /// By scalars: a quotation mark with a combining mark behind it is one character to Swift, and a quotation mark to others.
    private static func escaped(_ text: String, _ escapes: [Unicode.Scalar: String]) -> String {
        text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined()
    }

    /// Whole numbers without decimals.
    package static func words(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        return number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }
}
