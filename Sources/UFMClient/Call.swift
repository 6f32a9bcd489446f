import Fabric
import Text
import Transport

/// One call to UFM, before it is known which server gets it as whom.
struct Call {
    let method: HTTPRequest.Method
    /// Below the prefix of the credentials, with the query.
    var path: String
    var body: [UInt8]?
    /// Whether the answer is to tell which certificate the server showed.
    var reportsCertificate = false
    /// Whether the answer is read as it arrives, as a list of partitions.
    var isReadArriving = false

    var isWrite: Bool { method != .get }
    /// Whether the answer grows with the fabric, and so does the time for it.
    var isList: Bool { [Call.list, .qosList].contains { $0.path == path || $0.withSlash.path == path } }

    static let pkeys = "/resources/pkeys/"
    static let version = Call(method: .get, path: "/app/ufm_version")
    static let lastUpdated = Call(method: .get, path: pkeys + "last_updated")
    /// With members and without QoS: UFM cannot give both in a list.
    static let wholeList = Call(method: .get, path: "/resources/pkeys?guids_data=true")
    /// The same, read as it arrives.
    static let list = Call(method: .get, path: wholeList.path, isReadArriving: true)

    static func partition(_ number: PartitionNumber) -> Call {
        Call(method: .get, path: "\(pkeys)\(number)?guids_data=true")
    }

    /// With QoS and without members.
    static let qosList = Call(method: .get, path: "/resources/pkeys?qos_conf=true")

    /// With both, which UFM can give for one partition.
    static func details(_ number: PartitionNumber) -> Call {
        Call(method: .get, path: "\(pkeys)\(number)?guids_data=true&qos_conf=true")
    }

    static func setQoS(_ body: [UInt8]) -> Call { Call(method: .put, path: pkeys + "qos_conf", body: body) }
    static func create(_ body: [UInt8]) -> Call { Call(method: .post, path: pkeys + "add", body: body) }
    static func add(_ body: [UInt8]) -> Call { Call(method: .post, path: pkeys, body: body) }
    static func replace(_ body: [UInt8]) -> Call { Call(method: .put, path: pkeys, body: body) }
    static func delete(_ key: PKey) -> Call { Call(method: .delete, path: "\(pkeys)\(key)") }

    static func removal(from key: PKey) -> String { "\(pkeys)\(key)/guids/" }

    static func remove(_ guids: [GUID], from key: PKey) -> Call {
        Call(method: .delete, path: removal(from: key) + guids.map(\.description).joined(separator: ","))
    }
}

/// A call on its way to one server, with what an error needs to name it.
struct Exchange {
    let call: Call
    let server: String
    let path: String
    let secrets: [String]
    /// The user as whom it is made, where it is one.
    var user: String?

    func error(
        _ kind: UFMError.Kind, answer: HTTPResponse? = nil, outcome: UFMError.Outcome = .notApplied
    ) -> UFMError {
        UFMError(
            kind: kind, method: call.method.rawValue, path: path, server: server, status: answer?.status,
            serverWords: answer?.words(hiding: secrets), user: user, outcome: outcome,
            isPage: answer?.isHTML ?? false)
    }

    /// The error for an answer that is not a success; nil for one that is.
    ///
    /// A 4xx changed nothing. After a 5xx, a login page or a redirect we do not know: whoever wrote it may have stood
    /// before or behind the change.
    func failure(_ answer: HTTPResponse) -> UFMError? {
        let doubtful: UFMError.Outcome = call.isWrite ? .unknown : .notApplied
        switch answer.status {
        case 200...299 where !call.isWrite && ![200, 203, 204].contains(answer.status):
            return error(.incompleteAnswer("status \(answer.status) is not a whole answer"), answer: answer)
        case 200...299:
            // A write needs no answer, and a server without one may still call its nothing `text/html`.
            let isPage = answer.isHTML && !(call.isWrite && answer.firstByte == nil)
            guard isPage else { return nil }
            guard answer.asksForLogin else { return unavailable(answer, doubtful) }
            return error(.refusedCredentials, answer: answer, outcome: doubtful)
        case 300...399:
            let target = answer.head.header("Location")
            if isWithoutTLS, target?.hasPrefix("https:") == true { return wantsTLS(answer) }
            guard !isOwnPathWithSlash(target) else {
                var error = error(.rejected, answer: answer)
                error.redirectsToSlash = true
                return error
            }
            return error(.refusedCredentials, answer: answer, outcome: doubtful)
        case 401, 403: return error(.refusedCredentials, answer: answer)
        case 408, 429: return error(.unavailable(retryAfter: answer.retryAfter), answer: answer)
        case 400 where isWithoutTLS && PageWords.wantsTLS(PageWords.visible(answer.body)): return wantsTLS(answer)
        case 400...499: return error(.rejected, answer: answer)
        // There is no such call, however UFM may be.
        case 501: return error(.rejected, answer: answer)
        case 502, 503, 504: return unavailable(answer, doubtful)
        case 500...599 where answer.isHTML: return unavailable(answer, doubtful)
        case 500...599: return error(.serverFailure, answer: answer, outcome: doubtful)
        default: return error(.malformedAnswer("unheard-of status"), answer: answer, outcome: doubtful)
        }
    }

    private var isWithoutTLS: Bool { server.hasPrefix("http:") }

    private func wantsTLS(_ answer: HTTPResponse) -> UFMError {
        let host = String(server.drop { $0 != "/" }.drop { $0 == "/" })
        return error(.transport(.withoutTLS(host: host)), answer: answer)
    }

    /// Whether a redirect leads to what was asked for, with a slash more.
    private func isOwnPathWithSlash(_ location: String?) -> Bool {
        guard var target = location?[...] else { return false }
        if !target.hasPrefix("/") {
            // `https://host/path`
            target = target.drop { $0 != "/" }.drop { $0 == "/" }.drop { $0 != "/" }
        }
        return target.prefix { $0 != "?" } == path.prefix { $0 != "?" } + "/"
    }

    private func unavailable(_ answer: HTTPResponse, _ outcome: UFMError.Outcome) -> UFMError {
        error(.unavailable(retryAfter: answer.retryAfter), answer: answer, outcome: outcome)
    }
}
