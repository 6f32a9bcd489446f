/// Turns the events of one text into a tree, and refuses what the tree must not hold.
struct TreeBuilder {
    private let limits: YAMLLimits
    private var nodes = 0

    init(limits: YAMLLimits) {
        self.limits = limits
    }

    /// The only document of the stream, or nil when the stream has none or an empty one.
    mutating func document(from parser: borrowing EventParser) throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        var documents = 0
        while true {
            let event = try parser.next()
            switch event.kind {
            case .streamEnd: return root.flatMap(Self.unlessEmpty)
            case .streamStart, .documentEnd: continue
            case .documentStart:
                documents += 1
                guard documents == 1 else { throw YAMLError("a second document begins here", at: event.mark) }
            default: root = try node(event, depth: 0, from: parser)
            }
        }
    }

    /// `---` alone is a document to libyaml, though it says no more than an empty text.
    private static func unlessEmpty(_ root: YAMLNode) -> YAMLNode? {
        root.content == .scalar("", style: .plain) ? nil : root
    }

    private mutating func node(
        _ event: ParserEvent, depth: Int, from parser: borrowing EventParser
    ) throws(YAMLError) -> YAMLNode {
        nodes += 1
        guard nodes <= limits.nodes else { throw YAMLError("more than \(limits.nodes) values", at: event.mark) }
        guard !event.hasAnchor else { throw YAMLError("anchors (&name) are not supported", at: event.mark) }
        guard !event.hasTag else { throw YAMLError("tags (!name) are not supported", at: event.mark) }
        switch event.kind {
        case .scalar(let text, let style):
            return YAMLNode(Self.scalar(text, style), at: event.mark)
        case .sequenceStart:
            let items = try sequence(depth: try deeper(depth, at: event.mark), from: parser)
            return YAMLNode(.sequence(items), at: event.mark)
        case .mappingStart:
            let entries = try mapping(depth: try deeper(depth, at: event.mark), from: parser)
            return YAMLNode(.mapping(entries), at: event.mark)
        default:
            throw YAMLError("aliases (*name) are not supported", at: event.mark)
        }
    }

    private func deeper(_ depth: Int, at mark: YAMLMark) throws(YAMLError) -> Int {
        guard depth < limits.depth else { throw YAMLError("nested deeper than \(limits.depth) levels", at: mark) }
        return depth + 1
    }

    private mutating func sequence(
        depth: Int, from parser: borrowing EventParser
    ) throws(YAMLError) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try parser.next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(event, depth: depth, from: parser))
        }
    }

    private mutating func mapping(
        depth: Int, from parser: borrowing EventParser
    ) throws(YAMLError) -> [YAMLEntry] {
        var entries: [YAMLEntry] = []
        var seen: [String: YAMLMark] = [:]
        while true {
            let event = try parser.next()
            if case .mappingEnd = event.kind { return entries }
            let keyNode = try node(event, depth: depth, from: parser)
            guard case .scalar(let key, _) = keyNode.content else {
                throw YAMLError("a key must be text, not \(keyNode.kind)", at: keyNode.mark)
            }
            // Readers disagree on which of two equal keys counts; a partition must not depend on that.
            if let first = seen.updateValue(keyNode.mark, forKey: key) {
                throw YAMLError(
                    "the key \(Self.quoted(key)) is there twice, first on line \(first.line), column \(first.column)",
                    at: keyNode.mark)
            }
            let value = try node(try parser.next(), depth: depth, from: parser)
            entries.append(YAMLEntry(key: key, keyMark: keyNode.mark, value: value))
        }
    }

    /// Python 2 wrote `u'text'`, which YAML takes for an unquoted word with quotes in it: read as the quoted text it is.
    private static func scalar(_ text: String, _ style: YAMLScalarStyle) -> YAMLNode.Content {
        guard style == .plain, text.utf8.count >= 3, text.utf8.first == UInt8(ascii: "u"), let quote = text.utf8.last,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { return .scalar(text, style: style) }
        let inner = text.dropFirst().dropLast()
        // An escape or a further quote inside would need Python's own rules: such a text stays as it stands.
        guard inner.utf8.first == quote, !inner.dropFirst().utf8.contains(where: { $0 == quote || $0 == 0x5c }) else {
            return .scalar(text, style: style)
        }
        return .scalar(String(inner.dropFirst()), style: quote == UInt8(ascii: "'") ? .singleQuoted : .doubleQuoted)
    }

    private static func quoted(_ key: String) -> String {
        String(reflecting: key.count > 60 ? key.prefix(60) + "…" : key)
    }
}
