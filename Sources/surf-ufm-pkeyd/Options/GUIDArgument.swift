import Fabric
import Files
import Settings

/// What an option such as `--guids` takes: GUIDs separated by commas, or `@FILE` with GUIDs in it.
enum GUIDArgument: Hashable {
    case guids([GUID])
    case file(String)

    /// Reads one word of the command line. The word may be empty: it then has no GUIDs.
    init(argument text: String) throws {
        if text.hasPrefix("@") {
            self = .file(String(text.dropFirst()))
        } else {
            self = .guids(try text.split(separator: ",").map(GUID.init(parsing:)))
        }
    }

    /// Whether this certainly names no GUID. A file is asked when its turn comes.
    var isEmpty: Bool { self == .guids([]) }

    /// The GUIDs of all these arguments, each once, in ascending order.
    ///
    /// In a file they are separated by commas, blanks or line ends, and `#` begins a comment. Throws for a file that
    /// cannot be read or has none, and for the first word that is no GUID, with its line.
    static func load(_ arguments: [GUIDArgument]) throws -> [GUID] {
        var guids: Set<GUID> = []
        for argument in arguments {
            switch argument {
            case .guids(let some): guids.formUnion(some)
            case .file(let path): guids.formUnion(try read(path))
            }
        }
        return guids.sorted()
    }

    private static func read(_ path: String) throws -> [GUID] {
        guard let file = try LocalFile.readSettings(path, limit: 16 << 20) else {
            throw SettingsError.file(path: path, problem: "is not there")
        }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw SettingsError.file(path: path, problem: "is not UTF-8 text")
        }
        var guids: [GUID] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = line.prefix { $0 != "#" }
            for word in content.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                do throws(FabricError) {
                    guids.append(try GUID(parsing: word))
                } catch {
                    throw SettingsError.file(path: "\(path):\(index + 1)", problem: "\(error)")
                }
            }
        }
        guard !guids.isEmpty else { throw SettingsError.file(path: path, problem: "has no GUIDs in it") }
        return guids
    }

    /// The arguments of the program, with an empty value behind each `--guids` that has none.
    ///
    /// `--list --guids` shows members and `--pkey P --guids GUID,…` changes them. The parser has no option that is a
    /// flag and a list, so the flag becomes the empty list before it looks.
    static func completingBareGUIDs(_ arguments: [String]) -> [String] {
        var completed: [String] = []
        for (index, argument) in arguments.enumerated() {
            completed.append(argument)
            guard argument == "--guids" else { continue }
            let next = index + 1 < arguments.count ? arguments[index + 1] : nil
            if next == nil || next?.hasPrefix("-") == true { completed.append("") }
        }
        return completed
    }
}
