internal import CoreMetrics
internal import Synchronization

/// What is measured under one name and one set of labels.
protocol MeasuredSeries: AnyObject, Sendable {
    var value: MetricFamily.Value { get }
}

/// A count, which only grows.
final class CountedSeries: MeasuredSeries, CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: MetricFamily.Value { .number(Double(count.load(ordering: .relaxed))) }

    func increment(by amount: Int64) {
        if amount > 0 { count.wrappingAdd(amount, ordering: .relaxed) }
    }

    func reset() { count.store(0, ordering: .relaxed) }
}

/// What was last said.
final class GaugedSeries: MeasuredSeries, MeterHandler, RecorderHandler {
    private let last = Mutex(0.0)

    var value: MetricFamily.Value { .number(last.withLock { $0 }) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { last.withLock { $0 = value } }
    func increment(by amount: Double) { last.withLock { $0 += amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
}

/// How long something took, each time: recorded in seconds.
final class TimedSeries: MeasuredSeries, RecorderHandler, TimerHandler {
    private let histogram = Mutex(Histogram())

    var value: MetricFamily.Value { .histogram(histogram.withLock { $0 }) }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { histogram.withLock { $0.add(value) } }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
