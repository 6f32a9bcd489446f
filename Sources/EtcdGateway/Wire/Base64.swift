/// Base64 as encoders write it: whole groups of four, with what is missing in the last one marked, and no bit beyond.
enum Base64 {
    /// The value of each sign; none has this one.
    private static let noSign: UInt8 = 0xff
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: noSign, count: 256)
        let signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, sign) in signs.utf8.enumerated() { values[Int(sign)] = UInt8(value) }
        return values
    }()

    /// The bytes; nil where the text is anything else.
    static func bytes(of text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0, let last = text.last else { return text.isEmpty ? [] : nil }
        let padding = UInt8(ascii: "=")
        let missing = last != padding ? 0 : text[text.count - 2] != padding ? 1 : 2
        let signs = text.count - missing
        var isWhole = true
        let bytes = values.withUnsafeBufferPointer { values in
            [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { bytes, count in
                // Of the signs' values, with what is missing as zeros.
                var index = 0
                while index < text.count {
                    var group: UInt32 = 0
                    for place in index..<index + 4 {
                        let value = place < signs ? values[Int(text[place])] : 0
                        guard value != noSign else {
                            isWhole = false
                            return
                        }
                        group = group << 6 | UInt32(value)
                    }
                    bytes[count] = UInt8(truncatingIfNeeded: group >> 16)
                    bytes[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
                    bytes[count + 2] = UInt8(truncatingIfNeeded: group)
                    count += 3
                    index += 4
                }
                for _ in 0..<missing {
                    count -= 1
                    if bytes[count] != 0 { isWhole = false }
                }
            }
        }
        return isWhole ? bytes : nil
    }
}
