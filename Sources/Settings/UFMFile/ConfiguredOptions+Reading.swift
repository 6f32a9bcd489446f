import Text
package import Usage
import YAMLReader

extension ConfiguredOptions {
    /// Reads `ufm.yaml`, or gives nil when there is none.
    ///
    /// Throws for a file that cannot be read, is not YAML, has no `settings:`, or has a key or a kind of value that is none
    /// of an option of `monitor`.
    ///
    /// - Parameter mode: `monitor`, with its options.
    package static func load(
        from directory: ConfigDirectory, _ mode: OptionCatalog.Mode
    ) throws(SettingsError) -> ConfiguredOptions? {
        guard let document = try SettingsDocument.load(directory.file(fileName)) else { return nil }
        guard let section = try document.section("settings") else {
            throw document.failure("there is no `settings:` in it: expected `settings: {ufm-host: [HOST, …], …}`")
        }
        if let stranger = document.root.entries?.first(where: { $0.key != "settings" }) {
            throw document.failure(
                at: stranger.keyMark,
                "unknown key \(ConfiguredKey.shown(stranger.key)): all options stand below `settings:`")
        }
        return try ConfiguredOptions(section, ConfiguredKey.Table(mode, directory))
    }

    private init(_ section: SettingsSection, _ table: ConfiguredKey.Table) throws(SettingsError) {
        path = section.document.path
        var entries: [Entry] = []
        var first: [String: String] = [:]
        for entry in section.node.entries ?? [] {
            let key: ConfiguredKey
            switch table.key(entry.key) {
            case .success(let known): key = known
            case .failure(let problem):
                throw section.document.failure(at: entry.keyMark, "\(section.name).\(problem.words)")
            }
            // Which of two that say the same counts, nobody should have to know.
            if let other = first.updateValue(entry.key, forKey: key.subject) {
                throw section.document.failure(
                    at: entry.keyMark, "\(section.name).\(entry.key): \(other) says the same already: keep one of them")
            }
            if let read = try Self.entry(entry, key, section) { entries.append(read) }
        }
        self.entries = entries
    }

    private static func entry(
        _ entry: YAMLEntry, _ key: ConfiguredKey, _ section: SettingsSection
    ) throws(SettingsError) -> Entry? {
        switch key.kind {
        case .former:
            _ = try section.word(entry.key, as: FormerAuthentication.self)
            return nil
        case .flag(let inverse):
            let isSet = try section.word(entry.key, as: TruthValue.self) == .true
            return Entry(
                key: entry.key, option: isSet ? key.option : inverse, values: [], mark: entry.value.mark)
        case .servers(let isListAlone):
            if isListAlone || entry.value.items != nil {
                let servers = try section.servers(entry.key, .hostAndPort) ?? []
                return Entry(
                    key: entry.key, option: key.option, values: [servers.joined(separator: ",")], mark: entry.value.mark
                )
            }
            return Entry(
                key: entry.key, option: key.option, values: [try text(of: entry.value, entry.key, section)],
                mark: entry.value.mark)
        case .value(let several):
            var values: [String] = []
            if several != .never, let items = entry.value.items {
                guard !items.isEmpty else {
                    throw section.document.failure(
                        at: entry.value.mark, "\(section.name).\(entry.key): the list is empty")
                }
                for item in items { values.append(try text(of: item, entry.key, section)) }
                if several == .byCommas { values = [values.joined(separator: ",")] }
            } else {
                values = [try text(of: entry.value, entry.key, section)]
            }
            return Entry(key: entry.key, option: key.option, values: values, mark: entry.value.mark)
        }
    }

    private static func text(
        of node: YAMLNode, _ key: String, _ section: SettingsSection
    ) throws(SettingsError) -> String {
        guard let text = node.text, !text.isEmpty else {
            let found = node.text == nil ? node.kind : "an empty text"
            throw section.document.failure(at: node.mark, "\(section.name).\(key): expected a text, found \(found)")
        }
        guard !text.unicodeScalars.contains(where: Terminal.isUnsafe) else {
            throw section.document.failure(
                at: node.mark, "\(section.name).\(key): has a character in it that cannot be seen")
        }
        return text
    }
}

/// What a flag may be.
private enum TruthValue: String, CaseIterable {
    case `true`, `false`
}

/// How to log in to UFM, as the predecessor's file said it; there has only ever been one way.
private enum FormerAuthentication: String, CaseIterable {
    case password
}
