/// JSON written from the front to the back, without building a document first: a list holds every GUID of the fabric.
struct JSONText {
    /// What has been written.
    private(set) var text = ""
    private var needsComma = false

    /// An object whose members the closure writes.
    static func object(_ body: (inout JSONText) -> Void) -> String {
        var json = JSONText()
        json.object(body)
        return json.text
    }

    mutating func object(_ body: (inout JSONText) -> Void) {
        enclose("{", "}", body)
    }

    mutating func array(_ body: (inout JSONText) -> Void) {
        enclose("[", "]", body)
    }

    /// The name of the member that is written next.
    mutating func key(_ name: String) {
        separate()
        quote(name)
        text += ":"
        needsComma = false
    }

    mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    mutating func integer(_ value: some BinaryInteger) {
        raw(String(value))
    }

    /// A number, without a fraction where it has none.
    mutating func number(_ value: Double) {
        raw(Int(exactly: value).map { String($0) } ?? String(value))
    }

    mutating func null() {
        raw("null")
    }

    /// Members whose values are strings.
    mutating func members(_ members: [(String, String)]) {
        for (name, value) in members {
            key(name)
            string(value)
        }
    }

    /// A string, or null.
    mutating func optional(_ value: String?) {
        if let value { string(value) } else { null() }
    }

    private mutating func raw(_ value: String) {
        separate()
        text += value
    }

    private mutating func enclose(_ open: String, _ close: String, _ body: (inout JSONText) -> Void) {
        separate()
        text += open
        needsComma = false
        body(&self)
        text += close
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { text += "," }
        needsComma = true
    }

    private mutating func quote(_ value: String) {
        text += "\""
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += value
        } else {
            for scalar in value.unicodeScalars {
                switch scalar {
                case "\"": text += "\\\""
                case "\\": text += "\\\\"
                case _ where scalar.value < 0x20:
                    let digits = String(scalar.value, radix: 16)
                    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
