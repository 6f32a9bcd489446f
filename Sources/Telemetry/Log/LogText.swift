import Surroundings
import Text

/// Makes text from outside safe to print on one line.
///
/// Keys and values come from etcd, where every user of a cluster may write: a line end among them would let that user
/// forge log lines, and an escape sequence would run in the terminal of whoever reads the log.
package enum LogText {
    /// The text with line ends, control characters, invisible marks and direction overrides as `\n`, `\x1b`, `\u202e`.
    ///
    /// Without secrets, which would not be found any more once they are escaped.
    package static func escaped(_ text: String) -> String {
        let text = KnownSecrets.redacted(text)
        guard text.unicodeScalars.contains(where: Terminal.isUnsafe) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if Terminal.isUnsafe(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The escaped text, in double quotes where it is empty or has a blank, a quote or an equals sign in it.
    static func quoted(_ text: String) -> String {
        let needsQuotes = text.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "\"" || $0 == "=" }
        guard needsQuotes || text.isEmpty else { return escaped(text) }
        var result = "\""
        for character in escaped(text) {
            if character == "\"" { result += "\\" }
            result.append(character)
        }
        return result + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let width = scalar.value < 0x100 ? 2 : 4
            return (width == 2 ? "\\x" : "\\u") + Hex.digits(scalar.value, width: width)
        }
    }
}
