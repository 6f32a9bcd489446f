import CoreMetrics
import Exposition
import Testing

@Suite("What is measured")
struct MetricRegistryTests {
    private let registry = MetricRegistry()

    private func value(_ name: MetricName, _ labels: KeyValuePairs<String, String> = [:]) -> MetricFamily.Value? {
        registry.families.first { $0.name == name }?[MetricLabels(labels.map { ($0.key, $0.value) })]
    }

    @Test("Counters, gauges and timers of swift-metrics")
    func kinds() {
        Counter(label: "ufm_requests_total", dimensions: [("method", "GET")], factory: registry).increment(by: 2)
        Counter(label: "ufm_requests_total", dimensions: [("method", "GET")], factory: registry).increment()
        #expect(value(.ufmRequests, ["method": "GET"]) == .number(3))
        Gauge(label: "ready", factory: registry).record(1)
        #expect(value(.ready) == .number(1))
        Meter(label: "queue_length", factory: registry).set(4.5)
        #expect(value(.queueLength) == .number(4.5))
        Timer(label: "ufm_request_duration_seconds", factory: registry).recordMilliseconds(250)
        Recorder(label: "ufm_request_duration_seconds", factory: registry).record(0.5)
        guard case .histogram(let histogram) = value(.ufmDuration) else {
            Issue.record("no histogram")
            return
        }
        #expect(histogram.count == 2 && histogram.sum == 0.75)
    }

    @Test("The order in which labels are given makes no difference")
    func order() {
        Counter(label: "ufm_requests_total", dimensions: [("method", "GET"), ("class", "2xx")], factory: registry)
            .increment()
        Counter(label: "ufm_requests_total", dimensions: [("class", "2xx"), ("method", "GET")], factory: registry)
            .increment()
        #expect(value(.ufmRequests, ["method": "GET", "class": "2xx"]) == .number(2))
    }

    @Test("Whatever becomes a label, there are so many series and no more; the rest is counted together")
    func bound() throws {
        for number in 0..<1_000 {
            Counter(label: "etcd_requests_total", dimensions: [("call", "x\(number)")], factory: registry).increment()
        }
        // One of those that have a place is still counted there.
        Counter(label: "etcd_requests_total", dimensions: [("call", "x7")], factory: registry).increment()
        let family = try #require(registry.families.first { $0.name == .etcdRequests })
        #expect(family.series.count == MetricRegistry.mostSeries + 1)
        #expect(value(.etcdRequests, ["call": "x7"]) == .number(2))
        #expect(value(.etcdRequests, ["call": "other"]) == .number(900))
        #expect(value(.seriesDropped) == .number(900))
    }

    @Test("What nobody knows is not shown, and is counted")
    func unknown() {
        Counter(label: "no_such_thing", factory: registry).increment()
        Timer(label: "nor_this", factory: registry).recordSeconds(1)
        #expect(registry.families.map(\.name) == [.seriesDropped])
        #expect(value(.seriesDropped) == .number(2))
    }

    @Test("A name that is asked for as another kind than it has does no harm")
    func otherKind() {
        Counter(label: "ufm_requests_total", factory: registry).increment()
        Meter(label: "ufm_requests_total", factory: registry).set(7)
        #expect(value(.ufmRequests) == .number(1))
    }

    @Test("Many at once lose nothing")
    func together() async {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { [registry] in
                    for _ in 0..<1_000 {
                        Counter(label: "ufm_requests_total", dimensions: [("method", "PUT")], factory: registry)
                            .increment()
                    }
                }
            }
        }
        #expect(value(.ufmRequests, ["method": "PUT"]) == .number(8_000))
    }
}
