import Testing

@testable import EtcdGateway

@Suite("How many keys a page of a range has")
struct PageSizeTests {
    private func page(_ count: Int, valueBytes: Int) -> [KeyValue] {
        (0..<count).map { _ in
            KeyValue(
                key: Array("/pcocc/global/opensm/pkeys/0x2000".utf8), value: Array(repeating: 97, count: valueBytes),
                createRevision: 1, modRevision: 1, version: 1, lease: 0)
        }
    }

    @Test("Small keys come in larger pages, up to a bound")
    func small() {
        var size = PageSize()
        #expect(size.keys == PageSize.first)
        size.grow(after: page(500, valueBytes: 64))
        #expect(size.keys == PageSize.most)
        size.grow(after: page(Int(PageSize.most), valueBytes: 64))
        #expect(size.keys == PageSize.most)
        size = PageSize(keysOnly: true)
        size.grow(after: page(500, valueBytes: 0))
        #expect(size.keys == PageSize.mostKeysOnly)
    }

    @Test("Pages that are large already do not grow, and what one has shown is not forgotten for the next")
    func large() {
        var size = PageSize()
        size.grow(after: page(500, valueBytes: 1_500))
        #expect(size.keys == PageSize.first)
        size.grow(after: page(500, valueBytes: 400))
        let grown = size.keys
        #expect(grown > PageSize.first && grown < PageSize.most)
        size.grow(after: page(Int(grown), valueBytes: 1_500))
        #expect(size.keys == grown)
        size.grow(after: [])
        #expect(size.keys == grown)
    }

    @Test("What was refused as too large is asked for in parts, down to one key, and no page grows any more")
    func refused() {
        var size = PageSize()
        size.shrink(after: 500)
        #expect(size.keys == 62)
        size.grow(after: page(62, valueBytes: 1))
        #expect(size.keys == 62)
        size.shrink(after: 2)
        #expect(size.keys == 1)
    }
}
