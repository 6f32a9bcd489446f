package import Fabric
import Files

/// What an option such as `--guids` takes: GUIDs separated by commas, or `@FILE` with GUIDs in it.
package enum GUIDArgument: Hashable, Sendable {
    case guids([GUID])
    case file(String)

    /// Reads one word of the command line. The word may be empty: it then has no GUIDs.
    package init(argument text: String) throws(FabricError) {
        if text.hasPrefix("@") {
            self = .file(String(text.dropFirst()))
        } else {
            var guids: [GUID] = []
            for word in text.split(separator: ",") { guids.append(try GUID(parsing: word)) }
            self = .guids(guids)
        }
    }

    /// Whether this certainly names no GUID. A file is asked when its turn comes.
    package var isEmpty: Bool { self == .guids([]) }

    /// The GUIDs of all these arguments, each once, in ascending order.
    ///
    /// In a file they are separated by commas, blanks or line ends, and `#` begins a comment. Throws for a file that
    /// cannot be read or has none, and for the first word that is no GUID, with its line.
    package static func load(_ arguments: [GUIDArgument]) throws(SettingsError) -> [GUID] {
        var guids: Set<GUID> = []
        for argument in arguments {
            switch argument {
            case .guids(let some): guids.formUnion(some)
            case .file(let path): guids.formUnion(try read(path))
            }
        }
        return guids.sorted()
    }

    private static func read(_ path: String) throws(SettingsError) -> [GUID] {
        guard let file = try LocalFile.readSettings(path, limit: 16 << 20) else {
            throw .file(path: path, problem: "is not there")
        }
        guard let text = file.text else {
            throw .file(path: path, problem: LocalFile.problem(ofNoText: file.bytes))
        }
        var guids: [GUID] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let content = line.prefix { $0 != "#" }
            for word in content.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                do throws(FabricError) {
                    guids.append(try GUID(parsing: word))
                } catch {
                    throw .file(path: "\(path):\(index + 1)", problem: "\(error)")
                }
            }
        }
        guard !guids.isEmpty else { throw .file(path: path, problem: "has no GUIDs in it") }
        return guids
    }
}
