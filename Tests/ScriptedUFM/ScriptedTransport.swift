package import Fabric
import FoundationEssentials
package import Transport
package import UFMClient

/// A transport that answers from a script, in order, and remembers what it was asked.
package actor ScriptedTransport: HTTPTransport {
    package enum Step: Sendable {
        case answer(HTTPResponse)
        case failure(TransportError)

        package static func status(_ status: Int, _ text: String = "", _ headers: [HTTPHeader] = []) -> Step {
            .answer(HTTPResponse(status: status, headers: headers, body: Array(text.utf8)))
        }

        package static func json(_ text: String, status: Int = 200) -> Step {
            .status(status, text, [HTTPHeader("Content-Type", "application/json")])
        }

        package static func html(_ text: String, status: Int = 200) -> Step {
            .status(status, text, [HTTPHeader("Content-Type", "text/html; charset=iso-8859-1")])
        }
    }

    private var steps: [Step]
    package private(set) var requests: [HTTPRequest] = []

    package init(_ steps: [Step]) {
        self.steps = steps
    }

    /// What the script still holds; a test that expects fewer requests than steps looks here.
    package var unusedSteps: Int { steps.count }

    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if request.lease?.hasRunOut ?? false { throw .leaseEnded(host: "scripted", sent: false) }
        requests.append(request)
        guard !steps.isEmpty else { throw .invalidRequest("the script is at its end") }
        switch steps.removeFirst() {
        case .answer(let response): return response
        case .failure(let error): throw error
        }
    }

    package func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        throw .invalidRequest("UFM streams nothing")
    }
}

/// A client at the end of a script.
package struct Scripted {
    package static let password = "s3cr3t-Pa55"

    package let transport: ScriptedTransport
    package var client: UFMClient

    package init(_ steps: ScriptedTransport.Step..., hosts: [String] = ["ufm1"]) {
        self.init(steps, hosts: hosts)
    }

    package init(_ steps: [ScriptedTransport.Step], hosts: [String] = ["ufm1"]) {
        transport = ScriptedTransport(steps)
        client = UFMClient(
            configuration: UFMConfiguration(
                hosts: hosts, credentials: .basic(user: "admin", password: Self.password)),
            transport: transport)
    }

    /// Method and URL of each request so far.
    package var lines: [String] {
        get async { await transport.requests.map { "\($0.method.rawValue) \($0.url)" } }
    }

    /// The body of each request so far.
    package var bodies: [String?] {
        get async { await transport.requests.map { $0.body.map { String(decoding: $0, as: UTF8.self) } } }
    }
}

/// A file of `Fixtures/ufm`.
package func fixture(_ name: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/ufm/")
    return try String(decoding: Data(contentsOf: root.appending(path: name)), as: UTF8.self)
}

package func key(_ text: String) throws -> PKey { try PKey(parsing: text) }
package func guid(_ text: String) throws -> GUID { try GUID(parsing: text) }

/// As many different GUIDs, ascending from 1.
package func guids(_ count: Int) -> [GUID] { (0..<UInt64(count)).compactMap { GUID($0 + 1) } }
