/// JSON written from the front to the back, without building a document first: a list holds every GUID of the fabric.
package struct JSONText {
    /// What has been written.
    package private(set) var text = ""
    private var needsComma = false

    /// Nothing yet.
    package init() {}

    /// An object whose members the closure writes.
    package static func object(_ body: (inout JSONText) -> Void) -> String {
        var json = JSONText()
        json.object(body)
        return json.text
    }

    /// An object whose members the closure writes.
    package mutating func object(_ body: (inout JSONText) -> Void) {
        enclose("{", "}", body)
    }

    /// An array whose elements the closure writes.
    package mutating func array(_ body: (inout JSONText) -> Void) {
        enclose("[", "]", body)
    }

    /// The name of the member that is written next.
    package mutating func key(_ name: String) {
        separate()
        quote(name)
        text += ":"
        needsComma = false
    }

    /// A string.
    package mutating func string(_ value: String) {
        separate()
        quote(value)
    }

    /// `true` or `false`.
    package mutating func bool(_ value: Bool) {
        raw(value ? "true" : "false")
    }

    /// A whole number.
    package mutating func integer(_ value: some BinaryInteger) {
        raw(String(value))
    }

    /// A number, without a fraction where it has none.
    package mutating func number(_ value: Double) {
        raw(Int(exactly: value).map { String($0) } ?? String(value))
    }

    /// `null`.
    package mutating func null() {
        raw("null")
    }

    /// Members whose values are strings.
    package mutating func members(_ members: [(String, String)]) {
        for (name, value) in members {
            key(name)
            string(value)
        }
    }

    /// A string, or null.
    package mutating func optional(_ value: String?) {
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
