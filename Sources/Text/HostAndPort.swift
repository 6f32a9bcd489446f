/// A server as people and URLs write it: `host`, `host:port`, `[v6]`, `[v6]:port`, or an IPv6 address alone.
package struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    /// What a text is not.
    package enum Flaw: Error, Hashable {
        /// The host is no name, and no IPv4 or IPv6 address.
        case host
        /// What stands behind the colon is no number from 1 to 65535.
        case port
    }

    /// A name or an address; an IPv6 address without its brackets.
    package let host: String
    /// Nil where none is written.
    package let port: UInt16?

    package init(parsing text: some StringProtocol) throws(Flaw) {
        let (host, port) = Self.parts(of: String(text))
        if let port {
            guard port.utf8.allSatisfy(Self.isDigit), let number = UInt16(port), number > 0 else { throw .port }
            self.port = number
        } else {
            self.port = nil
        }
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        let bare = isBracketed ? String(host.dropFirst().dropLast()) : host
        guard Self.isIPv6(bare) || !isBracketed && Self.isName(bare) else { throw .host }
        self.host = bare
    }

    /// Whether it has brackets around it where it could be mistaken otherwise.
    package var isIPv6: Bool { host.utf8.contains(UInt8(ascii: ":")) }

    /// As a URL has it: `host`, `host:port`, with brackets around an IPv6 address.
    package var description: String {
        (isIPv6 ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }

    /// Cut at the colon that would separate a port: the only one, or the one after a bracketed address.
    private static func parts(of text: String) -> (host: String, port: String?) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return (text, nil) }
        let host = text[..<colon]
        guard host.hasSuffix("]") || !host.utf8.contains(UInt8(ascii: ":")) else { return (text, nil) }
        return (String(host), String(text[text.utf8.index(after: colon)...]))
    }

    private static func isName(_ host: String) -> Bool {
        guard host.utf8.count <= 253, let first = host.utf8.first, isLetterOrDigit(first) else { return false }
        return host.utf8.allSatisfy(isOfName)
    }

    /// Whether it is made of what an IPv6 address is made of, and its zone of what names of interfaces are.
    private static func isIPv6(_ host: String) -> Bool {
        guard host.utf8.count(where: { $0 == UInt8(ascii: ":") }) >= 2 else { return false }
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let digits = parts.first else { return false }
        return digits.utf8.allSatisfy { Hex.isDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
            && parts.dropFirst().allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isOfName) }
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isDigit(byte)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
