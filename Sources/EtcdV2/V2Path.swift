internal import FoundationEssentials
internal import Text

/// Names of keys in the paths of requests.
enum V2Path {
    /// `/keys/pcocc/global`: each part of the name as it may stand in a URL.
    static func keys(_ name: String) -> String {
        "/keys" + (name.hasPrefix("/") ? "" : "/") + encoded(name, besides: "/")
    }

    /// A form as browsers send it.
    static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0)=\(encoded($1))" }.joined(separator: "&")
    }

    static func encoded(_ text: String, besides further: String = "") -> String {
        let further = Set(further.utf8)
        return text.utf8.reduce(into: "") { encoded, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(Character(UnicodeScalar(byte)))
            case let byte where further.contains(byte): encoded.append(Character(UnicodeScalar(byte)))
            default: encoded += "%" + Hex.digits(byte, width: 2)
            }
        }
    }
}
