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
        do throws(HostAndPort.Flaw) {
            guard try HostAndPort(parsing: text).port != nil else { return nil }
        } catch {
            if error == .host { return "\(shown) is not a host name or address" }
            if case .hostAndPort = form { return "\(shown): expected a port from 1 to 65535 after the colon" }
        }
        switch form {
        case .hostAlone(_, let key): return "\(shown): write the host name alone, and the port under \(key)"
        case .hostAndPort: return nil
        }
    }
}
