/// A place in a text; both numbers count from 1, columns count characters.
package struct YAMLMark: Hashable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// How a scalar was written; only a plain one can mean anything but the text it shows.
package enum YAMLScalarStyle: Hashable, Sendable {
    case plain, singleQuoted, doubleQuoted, literal, folded
}

/// One value of a YAML text and where it began. Scalars keep their text: nothing is ever turned into a number or date.
package struct YAMLNode: Hashable, Sendable {
    /// What a node holds. The keys of a mapping are all different, in the order of the text.
    package enum Content: Hashable, Sendable {
        case scalar(String, style: YAMLScalarStyle)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    package let content: Content
    package let mark: YAMLMark

    package init(_ content: Content, at mark: YAMLMark) {
        self.content = content
        self.mark = mark
    }
}

/// One `key: value` of a mapping; the value's own mark is in its node.
package struct YAMLEntry: Hashable, Sendable {
    package let key: String
    package let keyMark: YAMLMark
    package let value: YAMLNode

    package init(key: String, keyMark: YAMLMark, value: YAMLNode) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}

extension YAMLNode {
    /// Whether this is YAML's null: nothing at all, `~` or `null`, unquoted.
    package var isNull: Bool {
        guard case .scalar(let text, .plain) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// Whether this is an unquoted scalar, which other readers may take for a number.
    package var isPlain: Bool {
        guard case .scalar(_, .plain) = content else { return false }
        return true
    }

    /// The text of a scalar exactly as written, without its quotes; nil for null, lists and mappings.
    package var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// The items of a list, nil for anything else.
    package var items: [YAMLNode]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    /// The entries of a mapping in the order of the text, nil for anything else.
    package var entries: [YAMLEntry]? {
        guard case .mapping(let entries) = content else { return nil }
        return entries
    }

    /// The value under `key`; nil when this is no mapping or has no such key. A value left empty is a null node.
    package subscript(_ key: String) -> YAMLNode? {
        entries?.first { $0.key == key }?.value
    }

    /// What this is in words that fit "expected a list, found …".
    package var kind: String {
        switch content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar: isNull ? "nothing" : "text"
        }
    }
}
