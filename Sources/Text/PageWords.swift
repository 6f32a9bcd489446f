/// Pages for people, which a web server answers with where data were due.
package enum PageWords {
    /// Whether a body starts as a page does.
    package static func isPage(_ body: [UInt8]) -> Bool { firstByte(of: body) == UInt8(ascii: "<") }

    /// The first byte that is not white space or a byte order mark; nil for an empty body.
    package static func firstByte(of body: [UInt8]) -> UInt8? {
        let afterMark = body.starts(with: [0xef, 0xbb, 0xbf]) ? body.dropFirst(3) : body[...]
        return afterMark.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    }

    /// The beginning of a body without its tags.
    package static func visible(_ body: [UInt8]) -> String {
        var visible = ""
        var insideTag = false
        // Enough for any title, and a bound on the work for a page of megabytes.
        for character in String(decoding: body.prefix(4_096), as: UTF8.self) {
            switch character {
            case "<": insideTag = true
            case ">" where insideTag: insideTag = false
            default: if !insideTag { visible.append(character) }
            }
        }
        return visible
    }

    /// The first line of a page with a word in it.
    package static func title(_ body: [UInt8]) -> String {
        visible(body).split(whereSeparator: \.isNewline).lazy.map(\.trimmed).first { !$0.isEmpty } ?? ""
    }

    /// Whether the words are those of a server that speaks TLS and was asked without.
    package static func wantsTLS(_ words: some StringProtocol) -> Bool {
        let words = words.lowercased()
        return ["plain http", "http request to an https", "http request was sent to https"].contains(
            where: words.contains)
    }
}
