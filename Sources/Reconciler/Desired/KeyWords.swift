internal import Fabric
internal import KeyHistory

/// What people should hear of one key: of what its value says, and of other keys that name the same PKey. Pure.
struct KeyWords {
    /// How many lines one key may cause.
    private static let most = 12

    private let key: KeyName
    private var warnings: [String] = []

    init(of key: KeyName) {
        self.key = key
    }

    /// A line each, but no more lines than somebody would read.
    var lines: [String] {
        guard warnings.count > Self.most else { return warnings }
        return warnings.prefix(Self.most) + ["\(key): and \(warnings.count - Self.most) more warnings"]
    }

    /// - Parameter conflicts: what is wrong with its ports beside what other keys want.
    mutating func take(_ content: EntryReader.Content, of pkey: PKey, _ conflicts: () -> [String]) {
        switch content {
        case .members(let value):
            warnings += value.warnings.map { "\(key): \($0)" }
            warnings += value.foreignVirtualFunctions(for: pkey).map {
                "\(key): vf_guids: \($0) carries another PKey than \(pkey)"
            }
            warnings += conflicts().map { "\(key): \($0)" }
            if value.hosts.isEmpty, value.virtualFunctions.isEmpty {
                warnings.append("\(key): names no valid GUID: PKey \(pkey) is to have no members")
            }
        case .unreadable(let error):
            warnings.append("\(key): \(error.reason); PKey \(pkey) is held as it is")
        }
    }

    /// - Parameters:
    ///   - keys: all that name the PKey, this one among them.
    ///   - source: the one that goes first, where several name it.
    mutating func takeRivals(_ keys: [KeyName], of pkey: PKey, deciding: KeyName, whoDecides source: SourceID?) {
        guard keys.count > 1 else { return }
        let rule = source.map { "since \($0.name) goes first" } ?? "which changed last"
        let names = keys.sorted().map(\.description).joined(separator: ", ")
        warnings.append("PKey \(pkey) has \(keys.count) keys (\(names)): \(deciding) counts, \(rule)")
    }
}
