import Synchronization

/// What a progress callback was told.
final class Reports: Sendable {
    private let pairs = Mutex<[(done: Int, total: Int)]>([])

    func note(_ done: Int, of total: Int) { pairs.withLock { $0.append((done, total)) } }

    var all: [Int] { pairs.withLock { $0.map(\.done) } }
    var totals: Set<Int> { pairs.withLock { Set($0.map(\.total)) } }
}
