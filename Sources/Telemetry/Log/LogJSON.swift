import Logging
import Surroundings
import Text

/// An event of the log as one JSON object on one line.
enum LogJSON {
    /// Those whose values are numbers.
    private static let figures: Set = ["ms", "revision", "missing", "unexpected", "flags", "audit"]

    static func object(_ record: LogRecord) -> String {
        var members = [
            ("time", string(record.time.description)), ("level", string(record.level.rawValue)),
            ("message", string(record.message)),
        ]
        let own = ["time", "level", "message"]
        // Most words are about one partition, and say which.
        if let pkey = pkey(in: record.message), !record.fields.contains(where: { $0.key == "pkey" }) {
            members.append(("pkey", string(pkey)))
        }
        // And words about a server name it.
        if let host = host(in: record.message), !record.fields.contains(where: { $0.key == "host" }) {
            members.append(("host", string(host)))
        }
        for (key, value) in record.fields {
            let isFigure = figures.contains(key) && isNumber(value)
            members.append((own.contains(key) ? "field_" + key : key, isFigure ? value : string(value)))
        }
        return "{" + members.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
    }

    /// Without secrets, which would not be found any more once they are escaped; and with nothing that a terminal obeys.
    private static func string(_ text: String) -> String {
        var result = "\""
        for scalar in KnownSecrets.redacted(text).unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where Terminal.isUnsafe(scalar):
                result += scalar.utf16.map { "\\u" + Hex.digits($0, width: 4) }.joined()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Whether it is a number in JSON's spelling: an integer, perhaps with decimals.
    private static func isNumber(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, whole == "0" || whole.first != "0" else { return false }
        return parts.allSatisfy { !$0.isEmpty && $0.count <= 18 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    /// The first server that the words name by its URL: `ufm1.example.org`, or `[::1]:2379`, without a user in front.
    private static func host(in message: String) -> String? {
        let schemes = ["https://", "http://"].compactMap { message.firstRange(of: $0)?.upperBound }
        guard let start = schemes.min() else { return nil }
        let authority = message[start...].prefix {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-._~:[]@%".contains($0))
        }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        // What ends a sentence is not of the name.
        let bare = host.reversed().drop { ".:".contains($0) }.reversed()
        return bare.isEmpty ? nil : String(bare)
    }

    private static func pkey(in message: String) -> String? {
        guard let start = message.firstRange(of: "PKey 0x") else { return nil }
        let digits = message[start.upperBound...].prefix { $0.isHexDigit }
        return (1...4).contains(digits.count) ? "0x" + digits : nil
    }
}
