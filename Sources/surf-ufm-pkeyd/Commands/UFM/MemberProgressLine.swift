import Adapters
import Synchronization
import UFMClient

/// Shows how many of many GUIDs are done, and tells it where not all of them were.
struct MemberProgressLine {
    private let words: String

    /// - Parameter words: what is done with the GUIDs, such as `added to PKey 0x5000`.
    init(_ words: String) {
        self.words = words
    }

    /// Runs a call that reports its progress; its error says how far it came if that is not nowhere.
    func during(
        _ call: (@escaping UFMClient.MemberProgress) async throws(UFMError) -> Void
    ) async throws {
        let line = ProgressLine()
        let settled = Settled()
        let words = words
        defer { line.clear() }
        do throws(UFMError) {
            try await call { done, total in
                settled.note(done, of: total)
                line.show("\(done) of \(total) GUIDs \(words)")
            }
        } catch {
            // GUIDs that UFM refused one by one are settled too, and the error names them.
            let (done, total) = settled.value
            let succeeded = done - error.refusedGUIDs.count
            guard succeeded > 0 else { throw error }
            throw CommandFailure("\(ErrorWords.of(error)); \(succeeded) of \(total) GUIDs were \(words)")
        }
    }

    private final class Settled: Sendable {
        private let count = Mutex((done: 0, total: 0))

        var value: (done: Int, total: Int) { count.withLock { $0 } }

        func note(_ done: Int, of total: Int) { count.withLock { $0 = (done, total) } }
    }
}
