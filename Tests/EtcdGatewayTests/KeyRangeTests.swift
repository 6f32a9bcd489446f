import TestSupport
import Testing

@testable import EtcdGateway

@Suite("Ranges of keys")
struct KeyRangeTests {
    @Test(
        "A prefix ends before the first key that lacks it",
        arguments: [
            ("/a/".bytes, "/a0".bytes), ([1, 0xff], [2]), ([1, 0xff, 0xff], [2]), ([0xff], [0]), ([0xff, 0xff], [0]),
            ([0xfe], [0xff]), ([0], [1]),
        ])
    func prefix(start: [UInt8], end: [UInt8]) {
        let range = KeyRange.prefix(start)
        #expect(range.start == start)
        #expect(range.end == end)
    }

    @Test("The empty prefix is everything")
    func everything() {
        #expect(KeyRange.prefix([]).start == [0])
        #expect(KeyRange.prefix([]).end == [0])
        #expect("\(KeyRange.prefix([]))" == "all keys")
    }

    @Test("A key is within a prefix's range exactly if it starts with the prefix", arguments: [Seed.fresh()])
    func membership(seed: Seed) {
        var generator = SeededGenerator(seed)
        // Few values, those at the edges among them, so that equal beginnings and carries are common.
        func bytes(_ lengths: ClosedRange<Int>) -> [UInt8] {
            (0..<Int.random(in: lengths, using: &generator)).map { _ in
                [0, 1, 0x2f, 0xfe, 0xff].randomElement(using: &generator) ?? 0
            }
        }
        for _ in 0..<20_000 {
            let (prefix, key) = (bytes(1...3), bytes(1...5))
            let range = KeyRange.prefix(prefix)
            let isBeforeEnd = range.end == [0] || key.lexicographicallyPrecedes(range.end)
            let isInRange = !key.lexicographicallyPrecedes(range.start) && isBeforeEnd
            #expect(isInRange == key.starts(with: prefix), "\(seed): \(key) in \(prefix)")
        }
    }

    @Test("The rest of a range begins right behind a key")
    func rest() {
        let rest = KeyRange.prefix("/a/".bytes).after("/a/1".bytes)
        #expect(rest.start == "/a/1".bytes + [0])
        #expect(rest.end == "/a0".bytes)
    }
}
