import Testing

@testable import Telemetry

@Suite("Log lines that wait")
struct LogQueueTests {
    private func line(_ letter: Character, _ count: Int) -> [UInt8] {
        Array(String(repeating: letter, count: count).utf8)
    }

    /// Everything that comes out while all can be written.
    private func drained(_ queue: inout LogQueue) -> [String] {
        var texts: [String] = []
        while let item = queue.take(isFlowing: true) {
            texts.append(String(decoding: item.bytes(.text), as: UTF8.self))
        }
        return texts
    }

    @Test("come out in their order, and none is lost as long as there is room")
    func order() {
        var queue = LogQueue()
        for number in 0..<10_000 { queue.append(Array("\(number)".utf8), isError: number.isMultiple(of: 3)) }
        #expect(drained(&queue) == (0..<10_000).map { "\($0)" })
        #expect(queue.isEmpty)
    }

    @Test("are dropped and counted when there is no room, and the count comes out behind those that waited")
    func loss() {
        var queue = LogQueue()
        for _ in 0..<8 { queue.append(line("a", LogQueue.capacity / 8), isError: false) }
        for _ in 0..<3 { queue.append(line("b", 1), isError: false) }
        let texts = drained(&queue)
        #expect(texts.map { $0.first } == ["a", "a", "a", "a", "W", "a", "a", "a", "a"])
        #expect(texts[4] == "WARNING: the log could not be written: 3 lines were dropped\n")
    }

    @Test("that are errors put others out, and are dropped only when errors alone are left")
    func errors() {
        var queue = LogQueue()
        let eighth = LogQueue.capacity / 8
        for number in 0..<8 { queue.append(line(number == 0 ? "e" : "a", eighth), isError: number == 0) }
        for _ in 0..<9 { queue.append(line("E", eighth), isError: true) }
        let texts = drained(&queue)
        #expect(texts.filter { $0.first == "a" }.isEmpty)
        #expect(texts.filter { $0.first == "e" }.count == 1)
        #expect(texts.filter { $0.first == "E" }.count == 7)
        #expect(texts.contains("WARNING: the log could not be written: 9 lines were dropped, 2 of them errors\n"))
    }

    @Test("and cannot be written are counted, and nothing is told until something can be")
    func failures() {
        var queue = LogQueue()
        queue.append(line("a", 1), isError: true)
        let item = queue.take(isFlowing: true)
        if let item { queue.failed(item) }
        #expect(queue.take(isFlowing: false)?.bytes(.text) == nil)
        let loss = queue.take(isFlowing: true)
        if let loss { queue.failed(loss) }
        #expect(drained(&queue) == ["WARNING: the log could not be written: 1 line was dropped, 1 of them errors\n"])
    }

    @Test("never take more room than there is, but for one line that is larger than all of it")
    func bound() {
        var queue = LogQueue()
        queue.append(line("a", LogQueue.capacity * 2), isError: false)
        queue.append(line("b", 1), isError: false)
        #expect(drained(&queue).map(\.count).max() == LogQueue.capacity * 2)
    }
}
