internal import EtcdGateway
internal import Transport

extension EtcdV2Client {
    /// How long a member may take to take up a watch: it sends the head of its answer at once.
    static let watchCreationLimit = Duration.seconds(5)

    /// Watches everything below a name, at the preferred member or at the next one that takes it.
    ///
    /// A watch of v2 that begins in the past tells the first change that it finds there, and then nothing for ever: whoever
    /// asks for several has to ask again behind each. One that begins in the present tells all that comes.
    ///
    /// - Parameters:
    ///   - index: the first index to tell; nil for all that comes from now on. etcd keeps the last 1,000 changes of the whole
    ///     store.
    ///   - isSingle: whether the answer ends after one change, so that the connection can be used again.
    func watch(_ directory: String, from index: Int64?, isSingle: Bool) async throws(EtcdError) -> V2Watch {
        let path =
            V2Path.keys(directory) + "?recursive=true&wait=true" + (index.map { "&waitIndex=\($0)" } ?? "")
            + (isSingle ? "" : "&stream=true")
        return try await firstToTake("watch of \(directory)") { (endpoint) async throws(EtcdError) in
            let stream = try await begin(request(.get, path, at: endpoint, .read, within: nil))
            let header = V2Header(stream.head)
            try check(header.cluster, of: endpoint)
            guard stream.head.status == 200 else { throw refusal(stream.head, try await Self.body(of: stream)) }
            return V2Watch(endpoint: endpoint, header: header, stream: stream)
        }
    }

    private func begin(_ request: HTTPRequest) async throws(EtcdError) -> HTTPStream {
        let beginning = await withTimeLimit(Self.watchCreationLimit) { [transport] in
            await Self.open(request, over: transport)
        }
        guard let beginning else {
            guard !Task.isCancelled else { throw EtcdError(.cancelled, "cancelled") }
            throw EtcdError(.watchSilent, "no answer to the watch request within \(Self.watchCreationLimit)")
        }
        return try beginning.get()
    }

    private static func open(
        _ request: HTTPRequest, over transport: any HTTPTransport
    ) async -> Result<HTTPStream, EtcdError> {
        do throws(TransportError) {
            return .success(try await transport.stream(request))
        } catch {
            return .failure(EtcdError(error))
        }
    }

    private static func body(of stream: HTTPStream) async throws(EtcdError) -> [UInt8] {
        var body: [UInt8] = []
        do throws(TransportError) {
            while body.count < 64 << 10, let piece = try await stream.next() { body += piece }
        } catch {
            throw EtcdError(error)
        }
        return body
    }
}

/// A running watch: changes in order, until it ends or throws.
struct V2Watch: Sendable {
    /// The member that serves it.
    let endpoint: EtcdEndpoint
    /// How far the member's store was when it took up the watch: what is told from behind that is as it happens.
    let header: V2Header
    private let stream: HTTPStream
    private var lines = LineBuffer()

    init(endpoint: EtcdEndpoint, header: V2Header, stream: HTTPStream) {
        self.endpoint = endpoint
        self.header = header
        self.stream = stream
    }

    /// The next change; nil when the member has ended its answer: after one change, or where it came faster than it was read.
    mutating func next() async throws(EtcdError) -> V2Event? {
        do throws(EtcdError) {
            while true {
                if let line = try lines.next() {
                    guard !line.isEmpty else { continue }
                    return V2Event(try V2Wire.decode(WireEvent.self, from: line))
                }
                guard let piece = try await piece() else { return nil }
                lines.append(piece)
            }
        } catch {
            throw error.during("watch", at: endpoint)
        }
    }

    private func piece() async throws(EtcdError) -> [UInt8]? {
        do throws(TransportError) {
            return try await stream.next()
        } catch {
            throw EtcdError(error)
        }
    }
}

/// Lines of a body that comes in pieces. Pure.
struct LineBuffer: Sendable {
    /// The most bytes of one line.
    static let limit = 32 << 20

    private var bytes: [UInt8] = []
    private var start = 0
    /// So far no end of a line was found.
    private var searched = 0

    mutating func append(_ piece: [UInt8]) {
        bytes.removeFirst(start)
        searched -= start
        start = 0
        bytes += piece
    }

    /// The next whole line, without its end.
    mutating func next() throws(EtcdError) -> [UInt8]? {
        guard let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = bytes.count
            guard bytes.count - start <= Self.limit else {
                throw EtcdError(.malformedAnswer, "a change of more than \(Self.limit) bytes")
            }
            return nil
        }
        defer {
            start = end + 1
            searched = start
        }
        return Array(bytes[start..<end])
    }
}
