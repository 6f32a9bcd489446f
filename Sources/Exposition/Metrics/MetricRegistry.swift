package import CoreMetrics
internal import Synchronization

/// Keeps what is measured by the API of swift-metrics, so much of it and no more.
package final class MetricRegistry: MetricsFactory {
    /// So many series a metric has at most; whatever comes beyond that is counted together.
    package static let mostSeries = 100

    private struct Kept {
        var series: [MetricName: [MetricLabels: any MeasuredSeries]] = [:]
        var dropped = 0.0
    }

    private let kept = Mutex(Kept())

    package init() {}

    /// What has been measured so far.
    package var families: [MetricFamily] {
        let (series, dropped) = kept.withLock { ($0.series, $0.dropped) }
        let measured = series.map { name, series in MetricFamily(name, series.mapValues(\.value)) }
        return measured + [MetricFamily(.seriesDropped, [MetricLabels(): .number(dropped)])]
    }

    /// The series of these labels; nil for a metric that nobody knows.
    private func series<Series: MeasuredSeries>(
        _ label: String, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series? {
        kept.withLock { kept in
            guard let name = MetricName(rawValue: label) else {
                kept.dropped += 1
                return nil
            }
            var labels = MetricLabels(dimensions)
            let known = kept.series[name] ?? [:]
            if known[labels] == nil, known.count >= Self.mostSeries {
                kept.dropped += 1
                labels = labels.ofOthers
            }
            if let series = known[labels] { return series as? Series }
            let series = make()
            kept.series[name, default: [:]][labels] = series
            return series
        }
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions) { CountedSeries() } ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions) { GaugedSeries() } ?? NOOPMetricsHandler.instance
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return series(label, dimensions) { TimedSeries() } ?? NOOPMetricsHandler.instance }
        return series(label, dimensions) { GaugedSeries() } ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions) { TimedSeries() } ?? NOOPMetricsHandler.instance
    }

    // What was measured stays: a counter that begins anew is a restart to whoever reads it.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
