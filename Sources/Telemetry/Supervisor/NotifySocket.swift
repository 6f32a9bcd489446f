import Glibc

/// The socket on which a service manager (systemd, or another that speaks its protocol) hears how a service stands.
///
/// One datagram each time, never waited for: where the manager does not read, nothing is said.
package struct NotifySocket: Sendable {
    private let descriptor: Int32
    private let address: [UInt8]

    /// - Parameter name: of `$NOTIFY_SOCKET`: a path, or, with `@` in front, an abstract name.
    package init?(_ name: String) {
        var path = Array(name.utf8)
        // Other kinds of address are for virtual machines.
        guard let first = path.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), path.count > 1,
            path.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path), !path.contains(0)
        else { return nil }
        // An abstract name is as long as it is; a path has its end.
        if first == UInt8(ascii: "@") { path[0] = 0 } else { path.append(0) }
        var family = sa_family_t(AF_UNIX)
        address = withUnsafeBytes(of: &family) { Array($0) } + path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return nil }
    }

    /// Sends one datagram, if the manager takes it at once; says whether it did.
    package func send(_ text: String) -> Bool {
        // Whoever sends has an error handling of its own.
        let before = errno
        defer { errno = before }
        let bytes = Array(text.utf8)
        return address.withUnsafeBytes { raw in
            guard let base = raw.bindMemory(to: sockaddr.self).baseAddress else { return false }
            return sendto(
                descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL), base,
                socklen_t(raw.count)) == bytes.count
        }
    }
}
