/// The labels of one series, in their order.
package struct MetricLabels: Hashable, Sendable {
    package let pairs: [Pair]

    package struct Pair: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    package init(_ pairs: KeyValuePairs<String, String> = [:]) {
        self.pairs = pairs.map { Pair(name: $0.key, value: $0.value) }
    }

    /// In the order of their names, so that whoever gives them otherwise means the same series.
    package init(_ pairs: [(String, String)]) {
        self.pairs = pairs.map { Pair(name: $0.0, value: $0.1) }.sorted { $0.name < $1.name }
    }

    /// The series of all that have no place of their own.
    var ofOthers: MetricLabels { MetricLabels(pairs.map { ($0.name, "other") }) }
}

/// One metric as it stands at one moment.
package struct MetricFamily: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case number(Double)
        case histogram(Histogram)
    }

    package let name: MetricName
    /// By labels.
    package private(set) var series: [MetricLabels: Value] = [:]

    package init(_ name: MetricName, _ series: [MetricLabels: Value] = [:]) {
        self.name = name
        self.series = series
    }

    /// One that has no labels.
    package init(_ name: MetricName, _ value: some BinaryInteger) {
        self.init(name, [MetricLabels(): .number(Double(value))])
    }

    package init(_ name: MetricName, is value: Bool) { self.init(name, value ? 1 : 0) }

    package subscript(labels: MetricLabels) -> Value? {
        get { series[labels] }
        set { series[labels] = newValue }
    }

    package mutating func set(_ labels: KeyValuePairs<String, String>, _ value: Double) {
        series[MetricLabels(labels)] = .number(value)
    }
}
