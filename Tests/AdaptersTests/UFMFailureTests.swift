import Adapters
import Fabric
import Planning
import Reconciler
import Testing
import Transport
import UFMClient

@Suite("What UFM's errors tell the engine")
struct UFMFailureTests {
    /// Gives every request the same answer, or none.
    private struct OneAnswer: HTTPTransport {
        let result: Result<HTTPResponse, TransportError>

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { try result.get() }

        func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
            throw .invalidRequest("UFM streams nothing")
        }
    }

    private let pkey: PKey
    private let guid: GUID

    init() throws {
        pkey = try PKey(parsing: "0x5")
        guid = try GUID(parsing: "0000000000000001")
    }

    private func fabric(_ result: Result<HTTPResponse, TransportError>) -> UFMFabric {
        let configuration = UFMConfiguration(hosts: ["ufm1"], credentials: .basic(user: "u", password: "p"))
        return UFMFabric(UFMClient(configuration: configuration, transport: OneAnswer(result: result)))
    }

    /// How a read of one partition and a removal from it fail.
    private func failures(
        _ result: Result<HTTPResponse, TransportError>
    ) async throws -> (read: Failure, write: Failure) {
        let fabric = fabric(result)
        let read = await #expect(throws: Failure.self) { _ = try await fabric.partition(pkey) }
        let permit = try #require(WriteGate().permit(for: .step))
        let write = await #expect(throws: Failure.self) { try await fabric.perform(.remove(pkey, [guid]), permit) }
        return (try #require(read), try #require(write))
    }

    private func answer(_ status: Int, _ headers: HTTPHeader...) -> Result<HTTPResponse, TransportError> {
        .success(HTTPResponse(status: status, headers: headers, body: Array(#"{"error": "no"}"#.utf8)))
    }

    @Test(
        "What it answers about one partition is said of that partition",
        arguments: [
            (400, Failure.Cause.rejected), (401, .credentials), (403, .credentials), (429, .busy), (500, .serverError),
            (503, .unavailable),
        ])
    func answers(status: Int, cause: Failure.Cause) async throws {
        let (read, write) = try await failures(answer(status))
        #expect(read.cause == cause)
        #expect(read.place == .partition(pkey))
        #expect(read.outcome == .nothing)
        #expect(write.cause == cause)
        #expect(write.place == .partition(pkey))
    }

    @Test("Its wish to be left alone is kept")
    func wish() async throws {
        #expect(try await failures(answer(503, HTTPHeader("Retry-After", "7"))).read.retryAfter == .seconds(7))
    }

    @Test("Whether a write may have been made is kept")
    func outcome() async throws {
        #expect(try await failures(answer(400)).write.outcome == .nothing)
        #expect(try await failures(answer(500)).write.outcome == .unknown)
    }

    @Test("Without an answer it is the endpoint's")
    func noAnswer() async throws {
        let failure = try await failures(.failure(.cannotConnect(host: "ufm1", reason: "refused"))).read
        #expect(failure.cause == .unreachable)
        #expect(failure.place == .endpoint("https://ufm1"))
    }

    /// A lease that has run out.
    private struct OverLease: WriteLease {
        var remaining: Duration? { .zero }
    }

    /// Does what a transport has to do: sends nothing without its lease.
    private struct Leased: HTTPTransport {
        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            guard request.lease?.hasRunOut ?? false else { return HTTPResponse(status: 200, headers: [], body: []) }
            throw .leaseEnded(host: "ufm1", sent: false)
        }

        func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
            throw .invalidRequest("UFM streams nothing")
        }
    }

    @Test("A write goes out under the lease of its permit, and has changed nothing where that was over")
    func lease() async throws {
        let configuration = UFMConfiguration(hosts: ["ufm1"], credentials: .basic(user: "u", password: "p"))
        let fabric = UFMFabric(UFMClient(configuration: configuration, transport: Leased()))
        let good = try #require(WriteGate().permit(for: .step))
        #expect(try await fabric.perform(.remove(pkey, [guid]), good) == .done)
        let over = try #require(WriteGate(lease: OverLease()).permit(for: .step))
        let failure = await #expect(throws: Failure.self) { try await fabric.perform(.remove(pkey, [guid]), over) }
        #expect(failure?.cause == .leaseEnded && failure?.outcome == .nothing)
        // What needs no permit goes on.
        #expect(try await fabric.perform(.remove(pkey, [guid]), good) == .done)
    }

    @Test("What the list is answered is said of the server")
    func list() async throws {
        let fabric = fabric(answer(500))
        let failure = await #expect(throws: Failure.self) { _ = try await fabric.snapshot() }
        #expect(failure?.place == .server)
    }
}
