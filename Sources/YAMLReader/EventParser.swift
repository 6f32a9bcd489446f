import CYAML
import Text

/// One step through a text: libyaml's event, copied out of its memory.
struct ParserEvent {
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case scalar(String, YAMLScalarStyle)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
        case alias
    }

    let kind: Kind
    let mark: YAMLMark
    /// Whether the node carries `&name`.
    var hasAnchor = false
    /// Whether the node carries `!tag`.
    var hasTag = false
}

/// Owns one libyaml parser, from its initialisation to its deletion, over bytes that must outlive it.
struct EventParser: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>

    /// Starts at the first of at least one byte, which are always taken for UTF-8.
    init(_ input: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError("out of memory", at: YAMLMark(line: 1, column: 1))
        }
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        // Left alone, libyaml would take a value that begins with 0xFF 0xFE for UTF-16.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        self.parser = parser
        self.input = input
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event; to be called no more after an error or the end of the stream.
    func next() throws(YAMLError) -> ParserEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let mark = YAMLMark(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return ParserEvent(kind: .streamStart, mark: mark)
        case YAML_DOCUMENT_START_EVENT: return ParserEvent(kind: .documentStart, mark: mark)
        case YAML_DOCUMENT_END_EVENT: return ParserEvent(kind: .documentEnd, mark: mark)
        case YAML_SEQUENCE_END_EVENT: return ParserEvent(kind: .sequenceEnd, mark: mark)
        case YAML_MAPPING_END_EVENT: return ParserEvent(kind: .mappingEnd, mark: mark)
        case YAML_ALIAS_EVENT: return ParserEvent(kind: .alias, mark: mark)
        case YAML_SEQUENCE_START_EVENT:
            let node = event.data.sequence_start
            return ParserEvent(kind: .sequenceStart, mark: mark, hasAnchor: node.anchor != nil, hasTag: node.tag != nil)
        case YAML_MAPPING_START_EVENT:
            let node = event.data.mapping_start
            return ParserEvent(kind: .mappingStart, mark: mark, hasAnchor: node.anchor != nil, hasTag: node.tag != nil)
        case YAML_SCALAR_EVENT:
            let node = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: node.value, count: node.length), as: UTF8.self)
            return ParserEvent(
                kind: .scalar(text, YAMLScalarStyle(node.style)), mark: mark, hasAnchor: node.anchor != nil,
                hasTag: node.tag != nil)
        default: return ParserEvent(kind: .streamEnd, mark: mark)
        }
    }

    private func failure() -> YAMLError {
        let parser = parser.pointee
        let problem = parser.problem.map { String(cString: $0) } ?? "cannot be read"
        switch parser.error {
        case YAML_MEMORY_ERROR: return YAMLError("out of memory", at: YAMLMark(line: 1, column: 1))
        case YAML_READER_ERROR:
            let value = parser.problem_value < 0 ? "" : " (0x\(Hex.digits(parser.problem_value)))"
            return YAMLError(problem + value, at: mark(ofByte: parser.problem_offset))
        default:
            var text = problem
            if let context = parser.context {
                text += " " + String(cString: context)
                // libyaml gives a context's place only for some; one at the very start says nothing worth reading.
                if parser.context_mark.line != parser.problem_mark.line, parser.context_mark.index > 0 {
                    text += " that begins on line \(parser.context_mark.line + 1)"
                }
            }
            return YAMLError(text, at: YAMLMark(parser.problem_mark))
        }
    }

    /// libyaml numbers bytes, not lines, when it cannot even read characters.
    private func mark(ofByte offset: Int) -> YAMLMark {
        let before = input.prefix(offset)
        let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let column = String(decoding: lines.last ?? before, as: UTF8.self).unicodeScalars.count
        return YAMLMark(line: max(1, lines.count), column: column + 1)
    }
}

extension YAMLMark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}

extension YAMLScalarStyle {
    fileprivate init(_ style: yaml_scalar_style_t) {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: self = .literal
        case YAML_FOLDED_SCALAR_STYLE: self = .folded
        default: self = .plain
        }
    }
}
