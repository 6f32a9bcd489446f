import Synchronization

/// What a progress callback was told.
final class Reports: Sendable {
    private let pairs = Mutex<[[Int]]>([])

    func note(_ done: Int, of total: Int) { pairs.withLock { $0.append([done, total]) } }

    var all: [[Int]] { pairs.withLock { $0 } }
}
