import Synchronization
import TestSupport
import Transport

/// Real HTTP whose requests that read or write keys are counted, and whose watches a test can cut and hold back.
final class CuttingTransport: HTTPTransport {
    let requests: HTTPClient
    private let count = Mutex(0)
    private let watches: Mutex<HTTPClient>
    /// How many watches were asked for and taken up, and whether new ones are held back.
    private let state = Watched((asked: 0, begun: 0, areHeld: false))

    init() throws {
        requests = try HTTPClient()
        watches = Mutex(try HTTPClient())
    }

    var requestsOfKeys: Int { count.withLock { $0 } }

    /// The watches end, and those that are asked for next are held back; returns when one is.
    func cutWatches() async throws {
        let new = try HTTPClient()
        let before = state.update { state in
            state.areHeld = true
            return state.asked
        }
        let old = watches.withLock { watches in
            defer { watches = new }
            return watches
        }
        old.shutdown()
        _ = await state.wait(timeout: .untilHung) { $0.asked > before ? true : nil }
    }

    func letWatchesThrough() { state.update { $0.areHeld = false } }

    /// Waits until a watch was taken up: what changes from then on is told as it happens.
    func awaitWatch() async { _ = await state.wait(timeout: .untilHung) { $0.begun > 0 ? true : nil } }

    func shutdown() {
        requests.shutdown()
        watches.withLock { $0.shutdown() }
    }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if request.url.contains("/v2/keys") { count.withLock { $0 += 1 } }
        return try await requests.send(request)
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        state.update { $0.asked += 1 }
        _ = await state.wait(timeout: .untilHung) { $0.areHeld ? nil : true }
        let stream = try await watches.withLock { $0 }.stream(request)
        state.update { $0.begun += 1 }
        return HTTPStream(head: stream.head) { () async throws(TransportError) in
            do throws(TransportError) {
                return try await stream.next()
            } catch .cancelled where !Task.isCancelled {
                // A client that is shut down cancels; this is to look like a server that ended.
                throw .connectionLost(host: "cut", reason: "cut", sent: true)
            } catch {
                throw error
            }
        }
    }
}
