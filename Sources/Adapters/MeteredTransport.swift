package import CoreMetrics
package import Transport

/// Measures what goes to one kind of server and how it is answered, and changes nothing of it.
package struct MeteredTransport: HTTPTransport {
    /// Which server is asked, and so what is told apart.
    package enum Server: Sendable {
        case etcd
        case ufm
    }

    private let transport: any HTTPTransport
    private let server: Server
    private let factory: any MetricsFactory

    package init(_ transport: any HTTPTransport, to server: Server, _ factory: any MetricsFactory) {
        self.transport = transport
        self.server = server
        self.factory = factory
    }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        try await measured(request, \.status) { () async throws(TransportError) in try await transport.send(request) }
    }

    package func send(
        _ request: HTTPRequest, to reader: inout some BodyReader
    ) async throws(TransportError) -> HTTPResponseHead {
        try await measured(request, \.status) { () async throws(TransportError) in
            try await transport.send(request, to: &reader)
        }
    }

    private func measured<Answer>(
        _ request: HTTPRequest, _ status: (Answer) -> Int, _ send: () async throws(TransportError) -> Answer
    ) async throws(TransportError) -> Answer {
        let begin = ContinuousClock.now
        do throws(TransportError) {
            let answer = try await send()
            count(request, AnswerClass.words(status(answer)), took: begin.duration(to: .now))
            return answer
        } catch {
            count(request, AnswerClass.none, took: begin.duration(to: .now))
            throw error
        }
    }

    package func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        do throws(TransportError) {
            let stream = try await transport.stream(request)
            count(request, AnswerClass.words(stream.head.status), took: nil)
            return stream
        } catch {
            count(request, AnswerClass.none, took: nil)
            throw error
        }
    }

    package func hasName(_ url: String) -> Bool { transport.hasName(url) }
    package func addresses(of url: String) async -> [String] { await transport.addresses(of: url) }

    private func count(_ request: HTTPRequest, _ answer: String, took: Duration?) {
        let (requests, duration, label, value) =
            switch server {
            case .ufm: ("ufm_requests_total", "ufm_request_duration_seconds", "method", request.method.rawValue)
            case .etcd:
                ("etcd_requests_total", "etcd_request_duration_seconds", "call", EtcdCallName.name(of: request.url))
            }
        Counter(label: requests, dimensions: [(label, value), ("class", answer)], factory: factory).increment()
        guard let took else { return }
        Recorder(label: duration, dimensions: [(label, value)], aggregate: true, factory: factory)
            .record(took / .seconds(1))
    }
}

/// Kinds of answers: `2xx`, or `none` where none came.
private enum AnswerClass {
    static let none = "none"

    static func words(_ status: Int) -> String { (1...5).contains(status / 100) ? "\(status / 100)xx" : "other" }
}

/// What a call of etcd is called, by its URL: of a few words only, whatever is in it.
package enum EtcdCallName {
    private static let known: Set = [
        "kv/range", "kv/put", "kv/deleterange", "kv/txn", "watch", "lease/grant", "lease/revoke", "lease/keepalive",
        "lease/timetolive", "auth/authenticate", "auth/status", "maintenance/status", "maintenance/alarm",
        "cluster/member/list",
    ]

    /// `kv/range`, `v2/keys`, `version`, or `other`.
    package static func name(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "other" }
        let path = url[scheme.upperBound...].drop { $0 != "/" }.prefix { $0 != "?" }
        let parts = path.split(separator: "/")
        guard let first = parts.first else { return "other" }
        switch first {
        case "v2": return parts.dropFirst().first == "keys" ? "v2/keys" : "v2/other"
        case "v3", "v3beta", "v3alpha":
            let name = parts.dropFirst().joined(separator: "/")
            return known.contains(name) ? name : "other"
        case "version", "health": return String(first)
        default: return "other"
        }
    }
}
