/// Knows secrets, and takes them out of words in whatever spelling others quote them. Pure.
///
/// Servers repeat what they were sent: as it was, escaped as in JSON or a URL, or in base64 as it stands in a header or in
/// the middle of a body.
package struct Redactor: Sendable {
    /// What stands in the place of a secret.
    package static let mark = "‹redacted›"
    /// A shorter one would be found in every other word, and hide what went wrong.
    static let leastLength = 4
    /// So many of the secrets that come and go, such as tokens, are remembered.
    static let mostPassing = 64

    /// Spellings by their first byte, the longest first.
    private var spellings: [UInt8: [[UInt8]]] = [:]
    private var passing: [String] = []

    package init() {}

    /// Takes a secret that is one for as long as the program runs.
    package mutating func add(_ secret: String) {
        guard secret.utf8.count >= Self.leastLength else { return }
        for spelling in Self.spellings(of: Array(secret.utf8)) { insert(spelling) }
    }

    /// Takes a secret that others will follow; the oldest of many is forgotten.
    package mutating func addPassing(_ secret: String) {
        guard !passing.contains(secret) else { return }
        if passing.count == Self.mostPassing {
            let oldest = passing.removeFirst()
            for spelling in Self.spellings(of: Array(oldest.utf8)) {
                spellings[spelling[0]]?.removeAll { $0 == spelling }
            }
        }
        passing.append(secret)
        add(secret)
    }

    private mutating func insert(_ spelling: [UInt8]) {
        guard let first = spelling.first, spellings[first]?.contains(spelling) != true else { return }
        spellings[first, default: []].append(spelling)
        spellings[first]?.sort { $0.count > $1.count }
    }

    /// The words without any of the secrets, and without the login in front of the host of a URL.
    package func redacted(_ words: String) -> String {
        var words = words
        let bytes = words.withUTF8 { Array($0) }
        var result: [UInt8] = []
        var place = 0
        var hasFound = false
        while place < bytes.count {
            if let end = endOfSecret(in: bytes, at: place) ?? Self.endOfLogin(in: bytes, at: place) {
                result += Array(Self.mark.utf8)
                place = end
                hasFound = true
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return hasFound ? String(decoding: result, as: UTF8.self) : words
    }

    private func endOfSecret(in bytes: [UInt8], at place: Int) -> Int? {
        spellings[bytes[place]]?.first { bytes[place...].starts(with: $0) }.map { place + $0.count }
    }

    /// Behind `://` the end of a login, where the `@` is.
    private static func endOfLogin(in bytes: [UInt8], at place: Int) -> Int? {
        guard place >= 3, bytes[(place - 3)..<place].elementsEqual("://".utf8) else { return nil }
        let host = bytes[place...].prefix { byte in
            byte > 0x20 && !"/\"'<>?#,".utf8.contains(byte)
        }
        return host.lastIndex(of: UInt8(ascii: "@")).flatMap { $0 > place ? $0 : nil }
    }

    // MARK: Spellings

    static func spellings(of secret: [UInt8]) -> Set<[UInt8]> {
        let inBody = Set([secret] + (0..<UInt8(8)).map { inJSON(secret, $0) })
        var all = inBody
        for spelling in inBody {
            // A server that quotes a body does so in JSON of its own, or in base64.
            all.formUnion((0..<UInt8(8)).map { inJSON(spelling, $0) })
            for offset in 0..<3 { all.formUnion(inBase64(spelling, offset: offset)) }
        }
        for isUpper in [false, true] {
            for blank in ["%20", "+"] { all.insert(inURL(secret, isUpper: isUpper, blank: Array(blank.utf8))) }
        }
        return all
    }

    /// As different encoders write it: some escape slashes (Foundation), what HTML would obey (Go, which is etcd's), or all
    /// that is not ASCII (Python).
    private static func inJSON(_ secret: [UInt8], _ escapes: UInt8) -> [UInt8] {
        String(decoding: secret, as: UTF8.self).unicodeScalars.flatMap { scalar -> [UInt8] in
            switch scalar {
            case "\"", "\\": Array("\\\(scalar)".utf8)
            case "/" where escapes & 1 != 0: Array("\\/".utf8)
            case "<" where escapes & 2 != 0, ">" where escapes & 2 != 0, "&" where escapes & 2 != 0:
                escaped(UInt16(scalar.value))
            case _ where !scalar.isASCII && escapes & 4 != 0: String(scalar).utf16.flatMap(escaped)
            default: Array(String(scalar).utf8)
            }
        }
    }

    private static func escaped(_ unit: UInt16) -> [UInt8] { Array(("\\u" + Hex.digits(unit, width: 4)).utf8) }

    private static func inURL(_ secret: [UInt8], isUpper: Bool, blank: [UInt8]) -> [UInt8] {
        secret.flatMap { byte -> [UInt8] in
            if byte == UInt8(ascii: " ") { return blank }
            let isPlain =
                UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
            guard !isPlain else { return [byte] }
            let digits = Hex.digits(byte, width: 2)
            return Array(("%" + (isUpper ? digits.uppercased() : digits)).utf8)
        }
    }

    /// The digits that depend on the secret alone, where so many bytes, modulo 3, stand before it; in both alphabets.
    private static func inBase64(_ secret: [UInt8], offset: Int) -> Set<[UInt8]> {
        var digits: [UInt8] = []
        let bits = secret.count * 8
        // The first digit that begins inside the secret.
        var bit = (6 - offset * 8 % 6) % 6
        while bit + 6 <= bits {
            let (byte, shift) = (bit / 8, bit % 8)
            let pair = UInt16(secret[byte]) << 8 | (byte + 1 < secret.count ? UInt16(secret[byte + 1]) : 0)
            digits.append(UInt8(truncatingIfNeeded: (pair >> (10 - shift)) & 0x3f))
            bit += 6
        }
        guard digits.count >= leastLength else { return [] }
        return [digits.map { letter($0, "+/") }, digits.map { letter($0, "-_") }]
    }

    private static func letter(_ digit: UInt8, _ lastTwo: StaticString) -> UInt8 {
        switch digit {
        case 0..<26: UInt8(ascii: "A") + digit
        case 26..<52: UInt8(ascii: "a") + (digit - 26)
        case 52..<62: UInt8(ascii: "0") + (digit - 52)
        default: lastTwo.utf8Start[Int(digit) - 62]
        }
    }
}
