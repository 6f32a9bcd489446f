package import Fabric
internal import Planning
internal import YAMLReader

/// What the value of a PKey's key says.
package struct DecodedValue: Hashable, Sendable {
    /// Each once, in ascending order.
    package var hosts: [GUID] = []
    package var virtualFunctions: [GUID] = []
    /// Entries that were skipped and why, in words; beside entries that were not. The first ones, and how many more.
    package var warnings: [String] { skipped.words }
    fileprivate var skipped = SkippedEntries()

    /// Virtual functions whose GUID, as pcocc computes it (`0xc0cc`, PKey, `00`, rank, `00`), is for another PKey; in
    /// ascending order.
    package func foreignVirtualFunctions(for pkey: PKey) -> [GUID] {
        virtualFunctions.filter { guid in guid.virtualFunctionKey.map { $0 != pkey.number.value } ?? false }
    }
}

/// A value from which no membership can be read; the partition is held as it is.
package struct UnreadableValue: Error, Hashable, Sendable {
    package let reason: String
}

/// Reads values as pcocc writes them: Python literals `{'host_guids': ['0x…'], 'vf_guids': ['0x…']}`.
///
/// These, JSON and YAML are all YAML to the reader. Unknown fields are ignored, as pcocc ignores them. An entry that is no GUID
/// is skipped, unless all are.
package enum ValueDecoder {
    package static func decode(_ value: [UInt8]) throws(UnreadableValue) -> DecodedValue {
        if let usual = UsualValue.read(value) { return usual }
        return try decodeAny(value)
    }

    /// Reads a value in whatever form.
    static func decodeAny(_ value: [UInt8]) throws(UnreadableValue) -> DecodedValue {
        let root: YAMLNode?
        do throws(YAMLError) {
            root = try YAMLReader.parse(value)
        } catch {
            throw UnreadableValue(reason: "not JSON, YAML or a Python literal (\(error))")
        }
        guard let root, !root.isNull else { throw UnreadableValue(reason: "the value is empty") }
        guard root.entries != nil else {
            throw UnreadableValue(reason: "expected a mapping with host_guids and vf_guids, found \(root.kind)")
        }
        var decoded = DecodedValue()
        let hosts = try guids("host_guids", in: root, &decoded.skipped)
        let virtualFunctions = try guids("vf_guids", in: root, &decoded.skipped)
        guard hosts != nil || virtualFunctions != nil else {
            throw UnreadableValue(reason: "neither host_guids nor vf_guids is there")
        }
        decoded.hosts = (hosts ?? []).sorted()
        decoded.virtualFunctions = (virtualFunctions ?? []).sorted()
        // Empty lists say that nobody is wanted; entries of which none can be read say that somebody is.
        if decoded.hosts.isEmpty, decoded.virtualFunctions.isEmpty, let first = decoded.skipped.first {
            let others = decoded.skipped.count - 1
            throw UnreadableValue(reason: "names no valid GUID: \(first)" + (others > 0 ? ", and \(others) more" : ""))
        }
        return decoded
    }

    private static func guids(
        _ field: String, in root: YAMLNode, _ skipped: inout SkippedEntries
    ) throws(UnreadableValue) -> Set<GUID>? {
        guard let node = root[field] else { return nil }
        guard let items = node.items else {
            throw UnreadableValue(reason: "\(field): expected a list, found \(node.kind)")
        }
        var guids: Set<GUID> = []
        for item in items {
            guard let text = item.text else {
                skipped.add("\(field): skipped \(item.kind) where a GUID should be")
                continue
            }
            guard !item.isNumber else {
                skipped.add(
                    "\(field): skipped an entry: \(text.prefix(32)) is a number, which loses its leading zeros: GUIDs are written in quotes, or with 0x"
                )
                continue
            }
            do throws(FabricError) {
                guids.insert(try GUID(parsing: text))
            } catch {
                skipped.add("\(field): skipped an entry: \(error)")
            }
        }
        return guids
    }
}

/// Entries that are no GUID: the first of them in words, and how many there are. A value may have a hundred thousand.
private struct SkippedEntries: Hashable, Sendable {
    private static let limit = 5

    private var told: [String] = []
    private(set) var count = 0

    mutating func add(_ words: @autoclosure () -> String) {
        count += 1
        if told.count < Self.limit { told.append(words()) }
    }

    var first: String? { told.first }
    var words: [String] {
        count > told.count ? told + ["and \(count - told.count) more entries that are no GUID"] : told
    }
}

extension YAMLNode {
    /// Whether it is as long as a GUID, and JSON would call it a number: it was written without quotes, in decimal digits, of
    /// which the first is not 0.
    fileprivate var isNumber: Bool {
        guard case .scalar(let text, .plain) = content, text.utf8.count == 16, text.utf8.first != UInt8(ascii: "0")
        else { return false }
        return text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
