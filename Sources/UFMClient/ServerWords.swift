import FoundationEssentials
import Text
import Transport

/// What a server says, made fit to be printed.
enum ServerWords {
    /// The text in one line of at most `limit` characters, without what a terminal may obey.
    static func oneLine(_ text: some StringProtocol, limit: Int = 200) -> String {
        let words = text.prefix(8 * limit).split {
            $0.isWhitespace || $0.unicodeScalars.contains(where: Terminal.isUnsafe)
        }
        return shortened(words.joined(separator: " "), to: limit)
    }

    static func shortened(_ text: String, to limit: Int) -> String {
        text.count <= limit ? text : text.prefix(limit - 1) + "…"
    }
}

extension HTTPResponse {
    /// Whether this is a page for people: it starts like one, or is called one and holds no JSON.
    ///
    /// UFM's own server may label JSON or an empty body as `text/html`, its library's default, so the label alone does
    /// not decide about a body that is JSON.
    var isHTML: Bool {
        if firstByte == UInt8(ascii: "<") { return true }
        guard let type = head.header("Content-Type"), type.lowercased().contains("html") else { return false }
        return (try? JSONDecoder().decode(AnyJSON.self, from: Data(body))) == nil
    }

    /// The first byte that is not white space or a byte order mark; nil for an empty body.
    var firstByte: UInt8? {
        let afterMark = body.starts(with: [0xef, 0xbb, 0xbf]) ? body.dropFirst(3) : body[...]
        return afterMark.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    }

    /// What the server said, as a person would quote it: the first line with a word in it, tags left out.
    func words(hiding secrets: [String]) -> String? {
        // Enough for any title, and a bound on the work for a page of megabytes.
        let start = String(decoding: body.prefix(4_096), as: UTF8.self)
        let hasTags = isHTML
        var visible = ""
        var insideTag = false
        for character in start {
            switch character {
            case "<" where hasTags: insideTag = true
            case ">" where insideTag: insideTag = false
            default: if !insideTag { visible.append(character) }
            }
        }
        var redactor = Redactor()
        for secret in secrets { redactor.add(secret) }
        let lines = redactor.redacted(visible).split(whereSeparator: \.isNewline).lazy.map { ServerWords.oneLine($0) }
        return lines.first { !$0.isEmpty }
    }
}

/// Any JSON whatever: only that it is JSON is of interest.
private struct AnyJSON: Decodable {
    init(from decoder: any Decoder) throws {}
}
