import Foundation
import TestSupport

/// Answers of a gateway as nobody has seen them: fields in any order and number, odd spaces, and now and then a number that is none.
enum GeneratedAnswer {
    static func range(_ random: inout SeededGenerator) -> String {
        let space = space(&random)
        var fields = ["\"header\":\(space)" + header(&random, space)]
        if Int.random(in: 0..<8, using: &random) > 0 {
            let all = (0..<Int.random(in: 0...3, using: &random)).map { _ in keyValue(&random, space) }
            fields.append("\"kvs\":\(space)[\(all.joined(separator: ",\(space)"))]")
        }
        if Bool.random(using: &random) { fields.append("\"more\":\(space)\(Bool.random(using: &random))") }
        if Bool.random(using: &random) { fields.append("\"count\":\(space)\(number(&random))") }
        return "{" + fields.shuffled(using: &random).joined(separator: ",\(space)") + "}\(space)"
    }

    static func watchLine(_ random: inout SeededGenerator) -> String {
        let space = space(&random)
        var fields: [String] = []
        if Int.random(in: 0..<8, using: &random) > 0 { fields.append("\"header\":\(space)" + header(&random, space)) }
        if Int.random(in: 0..<6, using: &random) == 0 { fields.append("\"watch_id\":\(space)\(number(&random))") }
        for name in ["created", "fragment", "canceled"] where Int.random(in: 0..<8, using: &random) == 0 {
            fields.append("\"\(name)\":\(space)\(Bool.random(using: &random))")
        }
        if Int.random(in: 0..<4, using: &random) > 0 {
            let all = (0..<Int.random(in: 0...3, using: &random)).map { _ in event(&random, space) }
            fields.append("\"events\":\(space)[\(all.joined(separator: ",\(space)"))]")
        }
        let message = "{" + fields.shuffled(using: &random).joined(separator: ",\(space)") + "}"
        return "{\"result\":\(space)\(message)}\(space)"
    }

    private static func event(_ random: inout SeededGenerator, _ space: String) -> String {
        var fields = ["\"kv\":\(space)" + keyValue(&random, space)]
        let type = ["\"PUT\"", "\"DELETE\"", "\"delete\"", "1", "null"].randomElement(using: &random) ?? ""
        if Bool.random(using: &random) { fields.append("\"type\":\(space)\(type)") }
        return "{" + fields.shuffled(using: &random).joined(separator: ",\(space)") + "}"
    }

    private static func header(_ random: inout SeededGenerator, _ space: String) -> String {
        object(["cluster_id", "member_id", "revision", "raft_term"], space, &random) { number(&$0) }
    }

    private static func keyValue(_ random: inout SeededGenerator, _ space: String) -> String {
        object(["create_revision", "mod_revision", "version", "lease"], space, &random) { number(&$0) }.dropLast()
            + ",\(space)"
            + object(["key", "value"], space, &random) { random in
                let bytes = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                return "\"\(Data(bytes).base64EncodedString())\""
            }.dropFirst()
    }

    private static func object(
        _ names: [String], _ space: String, _ random: inout SeededGenerator, _ value: (inout SeededGenerator) -> String
    ) -> String {
        let shown = names.filter { _ in Int.random(in: 0..<8, using: &random) > 0 }
        return "{"
            + (shown.isEmpty ? names : shown).map { "\"\($0)\":\(space)\(value(&random))" }.joined(
                separator: ",\(space)") + "}"
    }

    private static func space(_ random: inout SeededGenerator) -> String {
        ["", "", " ", "\n"].randomElement(using: &random) ?? ""
    }

    private static func number(_ random: inout SeededGenerator) -> String {
        let odd = [
            "\"-1\"", "7", "\"+7\"", "\"007\"", "\"18446744073709551615\"", "\"4611686018427387905\"", "null", "\"\"",
            "1.5",
        ]
        guard Int.random(in: 0..<60, using: &random) > 0 else { return odd.randomElement(using: &random) ?? "" }
        return "\"\(UInt64.random(in: 0...1_000_000, using: &random))\""
    }
}
