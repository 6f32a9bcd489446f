internal import Transport

/// A running watch: whole revisions in order, until it throws.
///
/// A watch has no proper end. `next()` returns nil only when the reading task is cancelled; whatever else ends the
/// stream is thrown.
package struct EtcdWatch: AsyncSequence {
    package typealias Element = WatchUpdate
    package typealias Failure = EtcdError

    /// The member that serves the watch.
    package var endpoint: EtcdEndpoint { begun.endpoint }
    /// What the member said of itself and its store when it set the watch up.
    var created: ResponseHeader? { begun.created }
    private let begun: Iterator

    init(begun: Iterator) {
        self.begun = begun
    }

    package func makeAsyncIterator() -> Iterator { begun }

    package struct Iterator: AsyncIteratorProtocol, Sendable {
        fileprivate let endpoint: EtcdEndpoint
        private let stream: HTTPStream
        private let range: KeyRange
        private var assembler = WatchAssembler()
        /// In reverse, so that taking the next one is cheap.
        private var ready: [WatchUpdate] = []

        /// The header of the first word, as long as that has not been taken.
        fileprivate var created: ResponseHeader? {
            if case .created(let header)? = ready.last { header } else { nil }
        }

        init(endpoint: EtcdEndpoint, stream: HTTPStream, range: KeyRange) {
            self.endpoint = endpoint
            self.stream = stream
            self.range = range
        }

        package mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(EtcdError) -> WatchUpdate? {
            do throws(EtcdError) {
                try await fill()
            } catch let error where error.kind == .cancelled && Task.isCancelled {
                return nil
            } catch {
                // What was aborted, and not by us, is a watch that has ended.
                let error =
                    error.kind == .cancelled ? EtcdError(.watchEnded, "the connection was aborted") : error
                throw error.during("watch of \(range)", at: endpoint)
            }
            return ready.popLast()
        }

        /// Waits until something can be told.
        mutating func fill() async throws(EtcdError) {
            while ready.isEmpty {
                if let failure = assembler.failure { throw failure }
                if let bytes = try await nextBytes() {
                    ready = assembler.received(bytes).reversed()
                } else {
                    ready = assembler.ended().reversed()
                    guard !ready.isEmpty || assembler.failure != nil else {
                        throw EtcdError(.watchEnded, "the member ended the stream")
                    }
                }
            }
        }

        private func nextBytes() async throws(EtcdError) -> [UInt8]? {
            do throws(TransportError) {
                return try await stream.next()
            } catch {
                throw EtcdError(error)
            }
        }
    }
}
