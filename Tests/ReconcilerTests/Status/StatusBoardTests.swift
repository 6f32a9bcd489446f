import Reconciler
import Testing

@Suite("The board on which the status hangs")
struct StatusBoardTests {
    private let board = StatusBoard()

    private func status(at seconds: Int) -> EngineStatus {
        Engine(EngineConfiguration(), seed: 1).status(now: .seconds(seconds))
    }

    @Test("It shows nothing at first, then what was published last")
    func newest() {
        #expect(board.status == nil)
        for seconds in 1...3 { board.publish(status(at: seconds)) }
        #expect(board.status?.at == .seconds(3))
        #expect(board.status?.at == .seconds(3))
        board.publish(status(at: 4))
        #expect(board.status?.at == .seconds(4))
    }

    /// One thread does both: were there anything to wait for, it would wait for ever.
    @Test(
        "Whoever publishes does not wait for one who is reading, who in turn sees nothing change",
        .timeLimit(.minutes(20)))
    func reading() {
        board.publish(status(at: 1))
        let seen = board.read { shown in
            for seconds in 2...1_000 { board.publish(status(at: seconds)) }
            return shown?.at
        }
        #expect(seen == .seconds(1))
        #expect(board.status?.at == .seconds(1_000))
    }

    @Test("Many may read while one publishes: nobody sees time go back")
    func many() async {
        let (board, last) = (board, 2_000)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var newest = Duration.zero
                    while newest < .seconds(last) {
                        let time = board.read { $0?.at } ?? .zero
                        guard time >= newest else { return false }
                        newest = time
                        await Task.yield()
                    }
                    return true
                }
            }
            for seconds in 1...last {
                board.publish(status(at: seconds))
                if seconds % 50 == 0 { await Task.yield() }
            }
            for await isInOrder in group { #expect(isInOrder) }
        }
    }
}
