import TestSupport
import Testing

@testable import Exposition

@Suite("Metrics as Prometheus reads them")
struct PrometheusTextTests {
    @Test("A family has its help, its kind, and its series in order")
    func family() {
        var requests = MetricFamily(.ufmRequests)
        requests.set(["method": "PUT", "class": "2xx"], 3)
        requests.set(["method": "GET", "class": "5xx"], 1)
        requests.set(["method": "GET", "class": "2xx"], 12_345_678)
        let ready = MetricFamily(.ready, is: true)
        #expect(
            PrometheusText.document([requests, ready]) == """
                # HELP surf_ufm_pkeyd_ready Whether the watch is proven, UFM has answered and the first pass is done.
                # TYPE surf_ufm_pkeyd_ready gauge
                surf_ufm_pkeyd_ready 1
                # HELP surf_ufm_pkeyd_ufm_requests_total Requests to UFM, by method and class of the answer.
                # TYPE surf_ufm_pkeyd_ufm_requests_total counter
                surf_ufm_pkeyd_ufm_requests_total{method="GET",class="2xx"} 12345678
                surf_ufm_pkeyd_ufm_requests_total{method="GET",class="5xx"} 1
                surf_ufm_pkeyd_ufm_requests_total{method="PUT",class="2xx"} 3

                """)
    }

    @Test("A histogram has each bucket with all that are in those before it")
    func histogram() {
        var histogram = Histogram()
        for seconds in [0.001, 0.0015, 0.3, 59, 61, -1, .nan, .infinity] { histogram.add(seconds) }
        let text = PrometheusText.document([MetricFamily(.eventToSynced, [MetricLabels(): .histogram(histogram)])])
        let lines = text.split(separator: "\n").map(String.init)
        let name = "surf_ufm_pkeyd_event_to_synced_seconds"
        #expect(lines.contains("\(name)_bucket{le=\"0.001\"} 1"))
        #expect(lines.contains("\(name)_bucket{le=\"0.2\"} 2"))
        #expect(lines.contains("\(name)_bucket{le=\"60\"} 4"))
        #expect(lines.contains("\(name)_bucket{le=\"+Inf\"} 5"))
        #expect(lines.contains("\(name)_count 5"))
        #expect(lines.contains { $0.hasPrefix("\(name)_sum 120.30") })
        #expect(lines.count { $0.contains("_bucket") } == 16)
    }

    @Test("A metric without a series is not there")
    func empty() {
        #expect(PrometheusText.document([MetricFamily(.relists)]) == "")
    }

    @Test(
        "Whatever is in a label stays in its quotes and on its line",
        arguments: [
            ("a\"b", "a\\\"b"), ("a\\", "a\\\\"), ("a\nb", "a\\\\x0ab"), ("\"\u{301}", "\\\"\u{301}"),
            ("} 1\nup 1", "} 1\\\\x0aup 1"), ("\u{202e}x", "\\\\u{202e}x"), ("\u{1b}[2J", "\\\\x1b[2J"),
        ])
    func escaping(value: String, escaped: String) {
        #expect(PrometheusText.escapedValue(value) == escaped)
    }

    @Test("No value, whatever it is, ends its label", arguments: Seed.several(10))
    func anything(seed: Seed) {
        var generator = SeededGenerator(seed)
        let parts: [Unicode.Scalar] = ["\"", "\\", "\n", "\r", "}", "{", "a", "\u{301}", "\u{0}", "é", "\u{2028}"]
        for _ in 0..<500 {
            var value = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                value.append(parts.randomElement(using: &generator) ?? "a")
            }
            let escaped = Array(PrometheusText.escapedValue(String(value)).unicodeScalars)
            var index = 0
            while index < escaped.count {
                #expect(escaped[index] != "\"" && escaped[index] != "\n", "\(String(value).debugDescription)")
                index += escaped[index] == "\\" ? 2 : 1
            }
            #expect(index == escaped.count, "half an escape: \(String(value).debugDescription)")
        }
    }

    @Test("Numbers as Go reads them")
    func numbers() {
        #expect(
            [0, 1, -2, 0.5, 1e14, 1e20, .infinity, -.infinity, .nan].map(PrometheusText.words)
                == ["0", "1", "-2", "0.5", "100000000000000", "1e+20", "+Inf", "-Inf", "NaN"])
    }

    @Test("Every name is one that Prometheus takes, has a meaning, and its kind is seen in it")
    func names() {
        for name in MetricName.allCases {
            #expect(name.name.utf8.allSatisfy { $0 == 0x5f || (0x61...0x7a).contains($0) }, "\(name)")
            #expect(name.help.hasSuffix(".") && name.help.count > 20, "\(name)")
            #expect((name.kind == .counter) == name.name.hasSuffix("_total"), "\(name)")
            if name.kind == .histogram { #expect(name.name.hasSuffix("_seconds")) }
        }
    }
}
