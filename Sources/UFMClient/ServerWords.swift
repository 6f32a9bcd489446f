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
        if PageWords.isPage(body) { return true }
        guard let type = head.header("Content-Type"), type.lowercased().contains("html") else { return false }
        return (try? JSONDecoder().decode(AnyJSON.self, from: Data(body))) == nil
    }

    /// The first byte that is not white space or a byte order mark; nil for an empty body.
    var firstByte: UInt8? { PageWords.firstByte(of: body) }

    /// Whether a page asks for a login, or is of UFM's own interface: what is behind it is not for us yet. Any other page is
    /// of a web server without a UFM.
    var asksForLogin: Bool {
        let start = String(decoding: body.prefix(65_536), as: UTF8.self).lowercased()
        return ["login", "log in", "sign in", "password", "ufm"].contains(where: start.contains)
    }

    /// What the server said, as a person would quote it: the first line with a word in it, tags left out.
    func words(hiding secrets: [String]) -> String? {
        let visible = isHTML ? PageWords.visible(body) : String(decoding: body.prefix(4_096), as: UTF8.self)
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
