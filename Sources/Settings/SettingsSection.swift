import Files
import YAMLReader

/// A configuration file as a tree; every error from it names the file, line and column.
struct SettingsDocument {
    let path: String
    let root: YAMLNode

    /// Reads a file, or gives nil when it is not there. An empty one is an error, not a set of defaults.
    static func load(_ path: String) throws(SettingsError) -> SettingsDocument? {
        guard let file = try LocalFile.readSettings(path) else { return nil }
        let parsed: YAMLNode?
        do throws(YAMLError) {
            parsed = try YAMLReader.parse(file.bytes)
        } catch {
            throw SettingsError(error, in: path)
        }
        guard let root = parsed else {
            throw .file(path: path, problem: "has no settings in it: fill it in, or remove it to use the defaults")
        }
        let document = SettingsDocument(path: path, root: root)
        guard root.entries != nil else { throw document.failure("expected a mapping, found \(root.kind)") }
        return document
    }

    /// The mapping at this path of keys, or nil when one of the keys is not there.
    func section(_ keys: String...) throws(SettingsError) -> SettingsSection? {
        var node = root
        for (index, key) in keys.enumerated() {
            guard let next = node[key] else { return nil }
            guard next.entries != nil else {
                let name = keys[...index].joined(separator: ".")
                throw failure(at: next.mark, "\(name): expected a mapping, found \(next.kind)")
            }
            node = next
        }
        return SettingsSection(document: self, name: keys.joined(separator: "."), node: node)
    }

    /// An error at one place of the file, or where its settings begin.
    func failure(at mark: YAMLMark? = nil, _ problem: String) -> SettingsError {
        let mark = mark ?? root.mark
        return .place(path: path, line: mark.line, column: mark.column, problem: problem)
    }
}

/// One mapping of a configuration file, read key by key. A key that is not there is nil; one without a value is an error.
struct SettingsSection {
    let document: SettingsDocument
    let name: String
    let node: YAMLNode

    /// An error about this mapping as a whole.
    func failure(_ problem: String) -> SettingsError {
        document.failure(at: node.mark, problem)
    }

    /// A text that is not empty.
    func text(_ key: String, expected: String = "a text") throws(SettingsError) -> String? {
        guard let value = node[key] else { return nil }
        guard let text = value.text, !text.isEmpty else { throw mismatch(key, expected, value) }
        return text
    }

    /// One of the words of an enumeration, spelt exactly so.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ key: String, as type: Word.Type
    ) throws(SettingsError) -> Word? {
        guard let value = node[key] else { return nil }
        guard let word = value.text.flatMap(Word.init(rawValue:)) else {
            throw mismatch(key, Word.allCases.map(\.rawValue).joined(separator: " or "), value)
        }
        return word
    }

    /// A TCP port, quoted or not.
    func port(_ key: String) throws(SettingsError) -> Int? {
        guard let value = node[key] else { return nil }
        let text = value.text ?? ""
        let isDecimal = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.utf8.first != 0x30
        guard isDecimal, let port = Int(text), (1...65_535).contains(port) else {
            throw mismatch(key, "a port from 1 to 65535", value)
        }
        return port
    }

    /// A list with at least one server in it.
    func servers(_ key: String, _ form: ServerName.Form) throws(SettingsError) -> [String]? {
        guard let value = node[key] else { return nil }
        guard let items = value.items else { throw mismatch(key, "a list of host names", value) }
        guard !items.isEmpty else {
            throw document.failure(at: value.mark, "\(name).\(key): the list is empty: name at least one server")
        }
        var servers: [String] = []
        for item in items {
            guard let text = item.text, !text.isEmpty else { throw mismatch(key, "a host name", item) }
            if let problem = ServerName.problem(with: text, form) {
                throw document.failure(at: item.mark, "\(name).\(key): \(problem)")
            }
            servers.append(text)
        }
        return servers
    }

    /// A warning for each key that looks like one of ours (`prefix`) and is not `known`: most likely a typing error.
    func strangers(prefix: String, known: [String]) -> [String] {
        (node.entries ?? []).filter { $0.key.hasPrefix(prefix) && !known.contains($0.key) }.map { entry in
            "\(document.path):\(entry.keyMark.line):\(entry.keyMark.column): \(name).\(entry.key) is ignored: known are "
                + known.joined(separator: ", ")
        }
    }

    private func mismatch(_ key: String, _ expected: String, _ found: YAMLNode) -> SettingsError {
        // A text is worth repeating, but only if it is short: it may be the rest of a file after a missing quote.
        let words = found.text.map { $0.isEmpty ? "an empty text" : String(reflecting: String($0.prefix(40))) }
        return document.failure(at: found.mark, "\(name).\(key): expected \(expected), found \(words ?? found.kind)")
    }
}
