internal import FoundationEssentials

/// What `--experimental-dump-help` prints (swift-argument-parser, ToolInfo 0), as far as we need it.
struct DumpedTool: Decodable {
    let command: DumpedCommand

    /// nil where the text is none.
    init?(_ dump: String) {
        guard let tool = try? JSONDecoder().decode(DumpedTool.self, from: Data(dump.utf8)) else { return nil }
        self = tool
    }
}

struct DumpedCommand: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let defaultSubcommand: String?
    let subcommands: [DumpedCommand]?
    let arguments: [DumpedArgument]?
}

struct DumpedArgument: Decodable {
    struct Name: Decodable {
        let kind: String
        let name: String

        var spelled: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let names: [Name]?
    let preferredName: Name?
    let parsingStrategy: String?
    let valueName: String?
    let isRepeating: Bool?
    let abstract: String?
    let defaultValue: String?
    let allValues: [String]?

    var option: OptionCatalog.Option {
        let first = preferredName.map { [$0.spelled] } ?? []
        let others = (names ?? []).map(\.spelled).filter { !first.contains($0) }
        return OptionCatalog.Option(
            names: first + others, takesValue: kind == "option", takesMany: parsingStrategy == "upToNextOption",
            valueName: kind == "option" ? valueName : nil, isRepeating: isRepeating ?? false)
    }
}
