import Fabric
import Glibc
import YAMLReader

/// What `--export` writes and `--import` reads: partitions as JSON, which may be YAML when read.
///
/// `{"format":"surf-ufm-pkeyd partitions","partitions":[{"guids":[{"guid":…,"index0":…,"membership":…}],"ip_over_ib":…,
/// "name":…,"pkey":…}],"version":1}`. `name` is there for partitions that somebody named; all else always is. The default
/// partition is never in it.
struct PartitionFile {
    static let format = "surf-ufm-pkeyd partitions"
    static let version = 1

    /// In ascending order of PKey.
    let partitions: [(pkey: PKey, partition: Partition)]

    /// Those of these partitions that we may write.
    init(_ partitions: some Sequence<Partition>) {
        self.partitions = partitions.compactMap { partition in PKey(partition.number).map { ($0, partition) } }
            .sorted { $0.0 < $1.0 }
    }

    /// The same state is the same bytes.
    func json() throws -> String {
        try Output.prettyJSON(Document(partitions: partitions.map { PartitionDocument.exported($0.partition) }))
    }

    private struct Document: Encodable {
        let format = PartitionFile.format
        let version = PartitionFile.version
        let partitions: [PartitionDocument]
    }
}

extension PartitionFile {
    /// Reads and checks a whole file; the first flaw throws, with its line and column.
    static func read(_ path: String) throws -> PartitionFile {
        // 32,000 partitions, or a million members.
        let most = 256 << 20
        guard let file = try path == "-" ? LocalFile.readStandardInput(limit: most) : LocalFile.read(path, limit: most)
        else { throw SettingsError.file(path: path, problem: "is not there") }
        do throws(YAMLError) {
            let limits = YAMLLimits(bytes: most, depth: 16, nodes: 20_000_000)
            guard let root = try YAMLReader.parse(file.bytes, limits: limits) else {
                throw YAMLError("there is nothing in it", at: YAMLMark(line: 1, column: 1))
            }
            return PartitionFile(try PartitionFileReader.partitions(root))
        } catch {
            throw SettingsError(error, in: file.path)
        }
    }
}

/// Makes partitions of a file's tree. Whatever is unknown, missing, double or of the wrong kind is an error.
private enum PartitionFileReader {
    static func partitions(_ root: YAMLNode) throws(YAMLError) -> [Partition] {
        let fields = try Fields(root, "the file", required: ["format", "version", "partitions"])
        let format = try fields.text("format")
        guard format == PartitionFile.format else {
            throw YAMLError("format: expected '\(PartitionFile.format)', found '\(short(format))'", at: root.mark)
        }
        guard try fields.text("version") == String(PartitionFile.version) else {
            throw YAMLError(
                "version: this program reads version \(PartitionFile.version) only", at: try fields.node("version").mark
            )
        }
        var partitions: [PartitionNumber: Partition] = [:]
        for node in try fields.items("partitions") {
            let partition = try self.partition(node)
            guard partitions.updateValue(partition, forKey: partition.number) == nil else {
                throw YAMLError("pkey: \(partition.number) is in the file twice", at: node.mark)
            }
        }
        return Array(partitions.values)
    }

    private static func partition(_ node: YAMLNode) throws(YAMLError) -> Partition {
        let fields = try Fields(node, "a partition", required: ["pkey", "ip_over_ib", "guids"], optional: ["name"])
        let pkey = try fields.value("pkey") { (text) throws(FabricError) in try PKey(parsing: text) }
        var members: [GUID: Member] = [:]
        for node in try fields.items("guids") {
            let member = try self.member(node)
            guard members.updateValue(member, forKey: member.guid) == nil else {
                throw YAMLError("guid: \(member.guid) is in \(pkey) twice", at: node.mark)
            }
        }
        return Partition(
            number: pkey.number, name: try name(fields), ipOverIB: try fields.flag("ip_over_ib"),
            members: members.values)
    }

    private static func member(_ node: YAMLNode) throws(YAMLError) -> Member {
        let fields = try Fields(node, "a member", required: ["guid", "membership", "index0"])
        let guid = try fields.value("guid") { (text) throws(FabricError) in try GUID(parsing: text) }
        let text = try fields.text("membership")
        guard let membership = Membership(rawValue: text) else {
            throw YAMLError(
                "membership: expected full or limited, found '\(short(text))'", at: try fields.node("membership").mark)
        }
        return Member(guid: guid, membership: membership, index0: try fields.flag("index0"))
    }

    private static func name(_ fields: Fields) throws(YAMLError) -> String? {
        guard fields.has("name") else { return nil }
        let name = try fields.text("name")
        guard !name.isEmpty, !name.unicodeScalars.contains(where: \.steersTerminal) else {
            throw YAMLError("name: expected a text of printable characters", at: try fields.node("name").mark)
        }
        return name
    }

    fileprivate static func short(_ text: String) -> String { safeLine(Array(text.prefix(60).utf8)) }
}

/// The fields of one mapping, all of them known.
private struct Fields {
    private let node: YAMLNode

    init(_ node: YAMLNode, _ what: String, required: [String], optional: [String] = []) throws(YAMLError) {
        guard let entries = node.entries else {
            throw YAMLError("\(what): expected a mapping, found \(node.kind)", at: node.mark)
        }
        for entry in entries where !required.contains(entry.key) && !optional.contains(entry.key) {
            throw YAMLError("'\(PartitionFileReader.short(entry.key))' is no field of \(what)", at: entry.keyMark)
        }
        for name in required where node[name] == nil {
            throw YAMLError("\(what) has no '\(name)'", at: node.mark)
        }
        self.node = node
    }

    func has(_ name: String) -> Bool { node[name] != nil }

    func node(_ name: String) throws(YAMLError) -> YAMLNode {
        guard let node = node[name] else { throw YAMLError("there is no '\(name)'", at: self.node.mark) }
        return node
    }

    func text(_ name: String) throws(YAMLError) -> String {
        let node = try node(name)
        guard let text = node.text else {
            throw YAMLError("\(name): expected a text, found \(node.kind)", at: node.mark)
        }
        return text
    }

    func items(_ name: String) throws(YAMLError) -> [YAMLNode] {
        let node = try node(name)
        guard let items = node.items else {
            throw YAMLError("\(name): expected a list, found \(node.kind)", at: node.mark)
        }
        return items
    }

    func flag(_ name: String) throws(YAMLError) -> Bool {
        let node = try node(name)
        switch node.isPlain ? node.text : nil {
        case "true": return true
        case "false": return false
        default: throw YAMLError("\(name): expected true or false", at: node.mark)
        }
    }

    func value<Value>(_ name: String, _ read: (String) throws(FabricError) -> Value) throws(YAMLError) -> Value {
        let text = try text(name)
        do throws(FabricError) {
            return try read(text)
        } catch {
            throw YAMLError("\(name): \(error)", at: try node(name).mark)
        }
    }
}

extension LocalFile {
    /// Everything up to the end of standard input.
    fileprivate static func readStandardInput(limit: Int) throws(SettingsError) -> LocalFile {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw .file(path: "standard input", problem: "cannot be read: \(SystemWords.lastError)")
            }
            guard count > 0 else { return LocalFile(path: "standard input", bytes: bytes, permissions: 0) }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw .file(path: "standard input", problem: "larger than \(limit) bytes")
            }
        }
    }
}
