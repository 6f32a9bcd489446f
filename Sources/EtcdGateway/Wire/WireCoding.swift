internal import FoundationEssentials
internal import JSONText
internal import Transport

/// JSON in and out, and what an answer means before its content is looked at.
enum WireCoding {
    static func encode(_ body: some Encodable) throws(EtcdError) -> [UInt8] {
        do {
            return try JSONText.bytes(body)
        } catch {
            throw EtcdError(.usage, "cannot be written as JSON: \(error)")
        }
    }

    static func decode<Answer: Decodable>(_ type: Answer.Type, from bytes: [UInt8]) throws(EtcdError) -> Answer {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            let words = ForeignAnswer.inWords(bytes)
            throw EtcdError(.malformedAnswer, "not an answer of etcd's JSON gateway: \(words)")
        }
    }

    /// The content of a 200, or the error that any other answer is.
    ///
    /// - Parameter endpoint: whose answer it is.
    static func decode<Answer: Decodable>(
        _ type: Answer.Type, from response: HTTPResponse, of endpoint: EtcdEndpoint
    ) throws(EtcdError) -> Answer {
        guard response.status == 200 else {
            if (300..<400).contains(response.status), let target = response.head.header("Location") {
                throw redirect(response.status, to: target, from: endpoint)
            }
            throw error(status: response.status, body: response.body)
        }
        return try decode(type, from: response.body)
    }

    private static func redirect(_ status: Int, to target: String, from endpoint: EtcdEndpoint) -> EtcdError {
        if endpoint.scheme == .http, target.utf8.starts(with: "https:".utf8) {
            let error = TransportError.withoutTLS(host: "")
            return EtcdError(.transport(error), error.description)
        }
        let place = ForeignAnswer.excerpt(Array(target.utf8))
        return EtcdError(.malformedAnswer, "no etcd answers there: HTTP \(status) leads elsewhere, to '\(place)'")
    }

    static func error(status: Int, body: [UInt8]) -> EtcdError {
        if let error = try? JSONDecoder().decode(WireError.self, from: Data(body)) { return error.error }
        if let error = ForeignAnswer.error(status: status, body: body) { return error }
        let text = ForeignAnswer.words(body)
        switch status {
        case 404: return EtcdError(.noGateway, "no JSON gateway here (404 \(text)); is --enable-grpc-gateway off?")
        case 405, 415, 501: return EtcdError(.noGateway, "no JSON gateway here (HTTP \(status) \(text))")
        default: break
        }
        return EtcdError(status >= 500 ? .unavailable : .malformedAnswer, "HTTP \(status) \(text)")
    }
}
