import FoundationEssentials
import Testing
import YAMLReader

/// Everything that may stand in etcd under a PKey, byte for byte as its writers leave it.
@Suite("Notations of a value")
struct NotationTests {
    private let hosts = ["0x043f720300f55176", "0x043f720300f55177"]
    private let functions = ["0xc0cc200e00000000", "0xc0cc200e00000100"]

    @Test(
        "Each notation gives the same two lists",
        arguments: ["python3.txt", "python2.txt", "compact.json", "pretty.json", "flow.yaml", "block.yaml"])
    func notations(file: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = try Data(contentsOf: root.appending(path: "Fixtures/pcocc/values/\(file)"))
        let node = try #require(try YAMLReader.parse(Array(bytes)))
        #expect(node["host_guids"]?.items?.map(\.text) == hosts)
        #expect(node["vf_guids"]?.items?.map(\.text) == functions)
    }

    @Test("An unquoted GUID stays the text it is, and can be told from a quoted one")
    func unquotedGUID() throws {
        let node = try #require(try YAMLReader.parse("[0x043f720300f55176, '0x043f720300f55176', 1e5, 0017]"))
        let items = try #require(node.items)
        #expect(items.map(\.text) == ["0x043f720300f55176", "0x043f720300f55176", "1e5", "0017"])
        #expect(items.map(\.isPlain) == [true, false, true, true])
    }

    @Test(
        "A Python 2 text is read as the quoted text it is, unless escapes or more quotes are in it",
        arguments: [
            ("u'a'", "a", YAMLScalarStyle.singleQuoted), ("u\"a\"", "a", .doubleQuoted), ("u''", "", .singleQuoted),
            ("u'\\xe9'", "u'\\xe9'", .plain), ("u'it's'", "u'it's'", .plain), ("u'", "u'", .plain),
            ("u'a\"", "u'a\"", .plain), ("b'a'", "b'a'", .plain), ("\"u'a'\"", "u'a'", .doubleQuoted),
        ])
    func pythonTwo(source: String, text: String, style: YAMLScalarStyle) throws {
        #expect(try YAMLReader.parse(source)?.content == .scalar(text, style: style))
    }

    @Test("Empty lists, an empty mapping and Python's trailing comma are what they look like")
    func emptiness() throws {
        let node = try #require(try YAMLReader.parse("{'host_guids': [], 'vf_guids': ['0x1', ], 'x': {}}"))
        #expect(node["host_guids"]?.items == [])
        #expect(node["vf_guids"]?.items?.count == 1)
        #expect(node["x"]?.entries == [])
    }

    @Test("JSON escapes are undone, and a NUL among them ends nothing")
    func escapes() throws {
        let node = try #require(try YAMLReader.parse(#"{"a\/b": "x\n\u00e9\u0000z"}"#))
        #expect(node["a/b"]?.text == "x\né\u{0}z")
    }

    @Test(
        "Null is what YAML calls null, unquoted only",
        arguments: [
            ("~", true), ("null", true), ("Null", true), ("NULL", true), ("", true), ("'null'", false), ("\"\"", false),
            ("nULL", false), ("None", false), ("0", false),
        ])
    func null(source: String, isNull: Bool) throws {
        let node = try #require(try YAMLReader.parse("key: \(source)")?["key"])
        #expect(node.isNull == isNull)
        #expect((node.text == nil) == isNull)
        #expect(node.kind == (isNull ? "nothing" : "text"))
    }

    @Test("A byte order mark, Windows line ends and comments change nothing")
    func decorations() throws {
        let node = try #require(try YAMLReader.parse("\u{feff}# hello\r\na: 1\r\nb: # none\r\n  - 2\r\n"))
        #expect(node["a"]?.text == "1")
        #expect(node["b"]?.items?.map(\.text) == ["2"])
    }
}
