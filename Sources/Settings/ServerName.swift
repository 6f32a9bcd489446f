import Text

/// Tells whether a text of a configuration file can be the name of a server.
package enum ServerName {
    /// What besides the name may stand there.
    package enum Form: Hashable {
        /// Nothing: protocol and port are keys of their own, with these names.
        case hostAlone(protocolKey: String, portKey: String)
        /// A port after a colon.
        case hostAndPort
    }

    /// What is wrong with the text and what to do, or nil for a host name, an IPv4 or an IPv6 address.
    package static func problem(with text: String, _ form: Form) -> String? {
        let shown = String(reflecting: String(text.prefix(80)))
        if text.contains("://") {
            switch form {
            case .hostAlone(let key, _): return "\(shown): write the host name alone, and the protocol under \(key)"
            case .hostAndPort: return "\(shown): write the host name without a protocol"
            }
        }
        var host = text[...]
        if let colon = portColon(in: text) {
            if case .hostAlone(_, let key) = form {
                return "\(shown): write the host name alone, and the port under \(key)"
            }
            let port = text[text.index(after: colon)...]
            let isDecimal = port.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isDecimal, let number = Int(port), (1...65_535).contains(number) else {
                return "\(shown): expected a port from 1 to 65535 after the colon"
            }
            host = text[..<colon]
        }
        return isName(host) || isIPv6(host) ? nil : "\(shown) is not a host name or address"
    }

    /// The colon that would separate a port: the only one, or the one after a bracketed address.
    private static func portColon(in text: String) -> String.Index? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let host = text[..<colon]
        return host.hasSuffix("]") || !host.contains(":") ? colon : nil
    }

    private static func isName(_ host: Substring) -> Bool {
        guard host.utf8.count <= 253, let first = host.unicodeScalars.first, isLetterOrDigit(first) else {
            return false
        }
        return host.unicodeScalars.allSatisfy { isLetterOrDigit($0) || "-._".unicodeScalars.contains($0) }
    }

    private static func isIPv6(_ host: Substring) -> Bool {
        var address = host
        if host.hasPrefix("["), host.hasSuffix("]") { address = host.dropFirst().dropLast() }
        let parts = address.split(separator: "%", maxSplits: 1)
        guard let digits = parts.first, digits.count(where: { $0 == ":" }) >= 2 else { return false }
        return digits.utf8.allSatisfy { Hex.isDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
            && parts.dropFirst().allSatisfy { $0.unicodeScalars.allSatisfy(isLetterOrDigit) }
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z": true
        default: false
        }
    }
}
