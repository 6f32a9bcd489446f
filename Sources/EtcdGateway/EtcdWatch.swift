internal import Transport

/// A running watch: whole revisions in order, until it throws.
///
/// A watch has no proper end. `next()` returns nil only when the reading task is cancelled; whatever else ends the
/// stream is thrown.
package struct EtcdWatch: AsyncSequence {
    package typealias Element = WatchUpdate
    package typealias Failure = EtcdError

    /// The member that serves the watch.
    package let endpoint: EtcdEndpoint
    private let stream: HTTPStream
    private let range: KeyRange

    init(endpoint: EtcdEndpoint, stream: HTTPStream, range: KeyRange) {
        self.endpoint = endpoint
        self.stream = stream
        self.range = range
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(endpoint: endpoint, stream: stream, range: range)
    }

    package struct Iterator: AsyncIteratorProtocol {
        private let endpoint: EtcdEndpoint
        private let stream: HTTPStream
        private let range: KeyRange
        private var assembler = WatchAssembler()
        private var ready: [WatchUpdate] = []

        init(endpoint: EtcdEndpoint, stream: HTTPStream, range: KeyRange) {
            self.endpoint = endpoint
            self.stream = stream
            self.range = range
        }

        package mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(EtcdError) -> WatchUpdate? {
            while ready.isEmpty {
                do throws(EtcdError) {
                    guard let bytes = try await nextBytes() else {
                        _ = try assembler.ended()
                        throw EtcdError(.watchEnded, "the member ended the stream")
                    }
                    // Reversed, so that taking the next one is cheap.
                    ready = try assembler.received(bytes).reversed()
                } catch  where error.kind == .cancelled {
                    return nil
                } catch {
                    throw error.during("watch of \(range)", at: endpoint)
                }
            }
            return ready.popLast()
        }

        private func nextBytes() async throws(EtcdError) -> [UInt8]? {
            do throws(TransportError) {
                return try await stream.next()
            } catch .cancelled {
                throw EtcdError(.cancelled, "cancelled")
            } catch {
                throw EtcdError(.transport(error), error.description)
            }
        }
    }
}
