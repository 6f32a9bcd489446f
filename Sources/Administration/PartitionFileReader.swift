import Fabric
import Planning
import Text
import YAMLReader

/// Makes partitions of a file's tree. Whatever is unknown, missing, double or of the wrong kind is an error.
enum PartitionFileReader {
    static func partitions(_ root: YAMLNode) throws(YAMLError) -> [PartitionGoal] {
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
        var partitions: [PKey: PartitionGoal] = [:]
        for node in try fields.items("partitions") {
            let partition = try self.partition(node)
            guard partitions.updateValue(partition, forKey: partition.pkey) == nil else {
                throw YAMLError("pkey: \(partition.pkey) is in the file twice", at: node.mark)
            }
        }
        return Array(partitions.values)
    }

    private static func partition(_ node: YAMLNode) throws(YAMLError) -> PartitionGoal {
        let fields = try Fields(
            node, "a partition", required: ["pkey", "ip_over_ib", "guids"], optional: ["name", "qos"])
        let pkey = try fields.value("pkey") { (text) throws(FabricError) in try PKey(parsing: text) }
        var members: [Member] = []
        var guids: Set<GUID> = []
        for node in try fields.items("guids") {
            let member = try self.member(node)
            guard guids.insert(member.guid).inserted else {
                throw YAMLError("guid: \(member.guid) is in \(pkey) twice", at: node.mark)
            }
            members.append(member)
        }
        let partition = Partition(
            number: pkey.number, name: try name(fields), ipOverIB: try fields.flag("ip_over_ib"),
            members: members, qos: try qos(fields))
        guard let goal = PartitionGoal(partition) else {
            throw YAMLError("pkey: \(pkey) is reserved", at: node.mark)
        }
        return goal
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
        guard !name.isEmpty, !name.unicodeScalars.contains(where: Terminal.isUnsafe) else {
            throw YAMLError("name: expected a text of printable characters", at: try fields.node("name").mark)
        }
        return name
    }

    private static func qos(_ fields: Fields) throws(YAMLError) -> QualityOfService? {
        guard fields.has("qos") else { return nil }
        let node = try fields.node("qos")
        let values = try Fields(node, "qos", required: ["mtu_limit", "service_level", "rate_limit"])
        let qos = QualityOfService(
            mtuLimit: try values.number("mtu_limit", Int.init),
            serviceLevel: try values.number("service_level", Int.init),
            rateLimit: try values.number("rate_limit", Double.init))
        if let flaw = qos.flaw { throw YAMLError("qos: \(flaw)", at: node.mark) }
        return qos
    }

    fileprivate static func short(_ text: String) -> String { Terminal.line(text.prefix(60)) }
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

    func number<Number>(_ name: String, _ read: (String) -> Number?) throws(YAMLError) -> Number {
        let node = try node(name)
        guard node.isPlain, let text = node.text, let number = read(text) else {
            throw YAMLError("\(name): expected a number", at: node.mark)
        }
        return number
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
