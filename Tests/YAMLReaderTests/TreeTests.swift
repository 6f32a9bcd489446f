import Testing
import YAMLReader

@Suite("The tree and its errors")
struct TreeTests {
    private func failure(_ text: String, limits: YAMLLimits = YAMLLimits()) -> YAMLError? {
        failure(Array(text.utf8), limits: limits)
    }

    private func failure(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) -> YAMLError? {
        do throws(YAMLError) {
            _ = try YAMLReader.parse(bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test("A text without a value has no node", arguments: ["", "\n", "# nothing\n", "---", "---\n...\n", "   \n\n"])
    func nothing(text: String) throws {
        #expect(try YAMLReader.parse(text) == nil)
    }

    @Test("An explicit null is a node, and so is an empty quoted text")
    func explicitNull() throws {
        #expect(try YAMLReader.parse("~")?.isNull == true)
        #expect(try YAMLReader.parse("''")?.text == "")
    }

    @Test("Nodes and keys know their line and column, counted in characters from 1")
    func marks() throws {
        let node = try #require(try YAMLReader.parse("type: slurm\nsettings:\n  'é': [a,\n    b]\n"))
        #expect(node.mark == YAMLMark(line: 1, column: 1))
        let settings = try #require(node["settings"])
        let entry = try #require(settings.entries?.first)
        #expect(entry.keyMark == YAMLMark(line: 3, column: 3))
        #expect(entry.value.mark == YAMLMark(line: 3, column: 8))
        #expect(entry.value.items?.map(\.mark) == [YAMLMark(line: 3, column: 9), YAMLMark(line: 4, column: 5)])
    }

    @Test("Entries keep the order of the text, and a kind has words for an error")
    func orderAndKinds() throws {
        let node = try #require(try YAMLReader.parse("b: [1]\na: {c: d}\nd: e\nf:\n"))
        #expect(node.entries?.map(\.key) == ["b", "a", "d", "f"])
        #expect(node.entries?.map(\.value.kind) == ["a list", "a mapping", "text", "nothing"])
        #expect(node["a"]?["c"]?.text == "d")
        #expect(node["absent"] == nil)
        #expect(node["d"]?["c"] == nil)
        #expect(node["d"]?.items == nil)
    }

    @Test(
        "What cannot be read is refused with its place",
        arguments: [
            ("{'a': ['x'", 2, 1, "flow sequence"), ("a: 1\n  b: 2\n", 2, 4, "mapping values are not allowed"),
            ("a: 'x\n", 2, 1, "quoted scalar"), ("a: \tb: c\n", 1, 6, "mapping values are not allowed"),
            ("\ta: b", 1, 1, "cannot start any token"), ("{a: b}}", 1, 7, "<document start>"),
            ("a: &x 1\n", 1, 4, "anchors"), ("a: *x\n", 1, 4, "aliases"),
            ("a: !!python/name:os.system x", 1, 4, "tags"),
            ("a: 1\n---\nb: 2\n", 2, 1, "second document"), ("{[a]: b}", 1, 2, "not a list"),
            ("a: b\nc: d\na: e\n", 3, 1, "\"a\" is there twice, first on line 1, column 1"),
            ("{'a': ['x'], \"a\": ['y']}", 1, 14, "twice, first on line 1, column 2"),
            ("{'host_guids': [], u'host_guids': []}", 1, 20, "twice"), ("a: \u{0}b", 1, 4, "control characters"),
            ("a: b\nc: \u{7}", 2, 4, "control characters"),
        ])
    func refused(text: String, line: Int, column: Int, problem: String) throws {
        let error = try #require(failure(text))
        #expect(error.problem.contains(problem), "\(error)")
        #expect((error.line, error.column) == (line, column), "\(error)")
    }

    @Test("An open list names the line where it began")
    func openList() {
        let error = failure("settings:\n  servers: [a, b\n  port: 1\n")
        #expect(error?.description.contains("that begins on line 2") == true, "\(String(describing: error))")
    }

    @Test(
        "Bytes that are not UTF-8 are refused where they stand, whatever they look like",
        arguments: [
            ([0x61, 0x3a, 0x20, 0xff], 4), ([0x61, 0x0a, 0xc3], 1), ([0xff, 0xfe, 0x61, 0x00], 1), ([0xc0, 0x80], 1),
            ([0xed, 0xa0, 0x80], 1), ([0xc3, 0xa9, 0x20, 0xf5], 3), ([0x00], 1),
        ] as [([UInt8], Int)])
    func notUTF8(bytes: [UInt8], column: Int) throws {
        let error = try #require(failure(bytes))
        #expect(error.column == column, "\(error)")
        #expect(error.line == (bytes.contains(0x0a) ? 2 : 1))
    }

    @Test("Nesting, size and the number of values have limits")
    func limits() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(failure(deep) == nil)
        #expect(failure("[" + deep + "]")?.problem == "nested deeper than 64 levels")
        #expect(failure(String(repeating: "[", count: 100_000))?.problem.isEmpty == false)
        #expect(failure(String(repeating: "- ", count: 100_000))?.problem.contains("nested deeper") == true)
        #expect(failure("{a: b}", limits: YAMLLimits(bytes: 6)) == nil)
        #expect(failure("{a: b}", limits: YAMLLimits(bytes: 5))?.problem.contains("6 bytes, and 5 are allowed") == true)
        #expect(failure("[a, b]", limits: YAMLLimits(nodes: 3)) == nil)
        #expect(failure("[a, b]", limits: YAMLLimits(nodes: 2))?.problem == "more than 2 values")
    }

    @Test("A key in an error is short and has no control characters left")
    func hostileKey() throws {
        let key = "x\\nERROR: forged" + String(repeating: "y", count: 500)
        let error = try #require(failure("{\"\(key)\": 1, \"\(key)\": 2}"))
        #expect(!error.description.contains("\n"))
        #expect(error.description.count < 200)
    }
}
