/// The fields of a form, as a browser or `curl --form` sends it.
enum FormBody {
    /// `application/x-www-form-urlencoded`; a part that cannot be read is left out.
    static func urlEncoded(_ bytes: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in String(decoding: bytes, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { Spelling.percentDecoded($0.replacing("+", with: " ")) }
            guard parts.count == 2, let name = parts[0], let value = parts[1] else { continue }
            fields[name] = value
        }
        return fields
    }

    /// `multipart/form-data`; nil when the content type is another one or names no boundary.
    static func multipart(_ bytes: [UInt8], contentType: String?) -> [String: String]? {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data"),
            let mark = contentType.firstRange(of: "boundary=")
        else { return nil }
        let boundary = contentType[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        guard !boundary.isEmpty else { return nil }
        var fields: [String: String] = [:]
        // Line ends are one character of a Swift string, so that splitting by "\n" alone would miss them.
        let text = String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        for part in text.split(separator: "--" + boundary) {
            guard let blank = part.firstRange(of: "\n\n"),
                let name = part[..<blank.lowerBound].firstRange(of: "name=\"")
            else { continue }
            let value = part[blank.upperBound...]
            fields[String(part[name.upperBound...].prefix { $0 != "\"" })] =
                String(value.hasSuffix("\n") ? value.dropLast() : value)
        }
        return fields
    }
}
