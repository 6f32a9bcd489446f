import JSONText
import Transport

/// An answer that is a success, and what it answers.
struct Answer {
    let exchange: Exchange
    let arrival: Arrival
    /// From the request to the end of the answer.
    let duration: Duration

    var response: HTTPResponse { arrival.response }

    /// The body as JSON of this shape. The error names the place in the body that does not fit, or has a name twice.
    func decoded<Body: Decodable>(_ type: Body.Type) throws(UFMError) -> Body {
        do {
            return try JSONText.decode(type, from: response.body)
        } catch {
            throw exchange.error(.malformedAnswer(Self.reason(error)), answer: response)
        }
    }

    /// What `read` makes of the body, with its flaw as an error of this exchange.
    func reading<Value>(_ read: () throws(AnswerFlaw) -> Value) throws(UFMError) -> Value {
        do throws(AnswerFlaw) {
            return try read()
        } catch {
            switch error {
            case .malformed(let flaw): throw exchange.error(.malformedAnswer(flaw))
            case .incomplete(let flaw): throw exchange.error(.incompleteAnswer(flaw))
            }
        }
    }

    /// Throws if the body is an array, where an object by PKey is due: no deletion rests on a list whose order is all that
    /// tells what is whose.
    func refuseArray(lacking what: String) throws(UFMError) {
        guard response.firstByte == UInt8(ascii: "[") else { return }
        let isOfNames = (try? decoded([String].self)) != nil
        throw exchange.error(
            .incompleteAnswer(
                isOfNames
                    ? "a list of names, without \(what)"
                    : "a list without \(what) by PKey: an array, where an object with a key for each PKey is due"))
    }

    private static func reason(_ error: any Error) -> String {
        let (reason, path): (String, [any CodingKey]) =
            switch error {
            case DecodingError.typeMismatch(_, let context): ("unexpected type", context.codingPath)
            case DecodingError.valueNotFound(_, let context): ("unexpected null", context.codingPath)
            case DecodingError.keyNotFound(let key, let context):
                ("'\(key.stringValue)' is missing", context.codingPath)
            case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
                (context.debugDescription, context.codingPath)
            default: ("not the JSON that was due", [])
            }
        guard !path.isEmpty else { return reason }
        return reason + " at " + path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}

extension UFMClient {
    /// Sends a call with this body.
    func answer(to call: ([UInt8]) -> Call, _ body: some Encodable) async throws(UFMError) -> Answer {
        guard let bytes = try? JSONText.bytes(body) else {
            throw invalid(call([]), "the request cannot be written as JSON")
        }
        return try await answer(to: call(bytes))
    }

    /// An error for a call that is not even sent.
    func invalid(_ call: Call, _ reason: String) -> UFMError {
        let path = configuration.credentials.pathPrefix + call.path
        let server = configuration.hosts.first.map(configuration.baseURL) ?? ""
        return Exchange(call: call, server: server, path: path, secrets: []).error(.invalidCall(reason))
    }

    func send(_ exchange: Exchange) async throws(UFMError) -> Arrival {
        let request = request(for: exchange)
        let isWrite = exchange.call.isWrite
        do throws(TransportError) {
            do throws(TransportError) {
                return try await send(request, of: exchange.call)
            } catch {
                // A connection kept from an earlier call may have died unnoticed; asking twice does no harm.
                guard case .connectionLost = error, !isWrite else { throw error }
                return try await send(request, of: exchange.call)
            }
        } catch {
            throw exchange.error(
                .transport(error), outcome: isWrite && !error.nothingWasSent ? .unknown : .notApplied)
        }
    }

    private func send(_ request: HTTPRequest, of call: Call) async throws(TransportError) -> Arrival {
        guard call.isReadArriving else { return Arrival(response: try await transport.send(request)) }
        var reader = PartitionListReader()
        let head = try await transport.send(request, to: &reader)
        return reader.arrival(head)
    }

    /// The most bytes of one answer. A list has 63 to 80 for each member of a partition: the largest fabric that we reckon
    /// with, 32,766 partitions with 64 members each, has 132 MB.
    static let answerLimit = 256 << 20

    private func request(for exchange: Exchange) -> HTTPRequest {
        var headers = [HTTPHeader("Accept", "application/json")]
        if let authorization = configuration.credentials.authorization { headers.append(authorization) }
        if exchange.call.body != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        var request = HTTPRequest(
            exchange.call.method, exchange.server + exchange.path, headers: headers, body: exchange.call.body,
            tls: configuration.tls, connectTimeout: configuration.connectTimeout,
            totalTimeout: exchange.call.isWrite ? configuration.writeTimeout : configuration.readTimeout)
        request.reportsCertificate = exchange.call.reportsCertificate
        request.bodyLimit = Self.answerLimit
        if exchange.call.isWrite {
            request.lease = lease
            request.idleLimit = .seconds(1)
        } else if !exchange.call.isList {
            request.silenceLimit = .seconds(4)
        }
        return request
    }
}
