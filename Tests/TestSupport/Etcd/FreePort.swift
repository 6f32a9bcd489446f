import Glibc

/// Free TCP ports on loopback, for servers that must be told their port.
package enum FreePort {
    /// Below the range from which Linux takes the local ports of connections. Within it a client that goes on
    /// connecting to a stopped server may be given the server's own port, and would keep it from coming back.
    private static let range: ClosedRange<UInt16> = 20_000...32_700

    /// So many different ports, free at this moment. Another process may still be quicker: be ready to try again.
    package static func find(_ count: Int) throws(HarnessError) -> [UInt16] {
        var found: [UInt16] = []
        for _ in 0..<1_000 where found.count < count {
            let port = UInt16.random(in: range)
            if !found.contains(port), isFree(port) { found.append(port) }
        }
        guard found.count == count else {
            throw .system(call: "bind", reason: "no \(count) free ports in \(range)")
        }
        return found
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // As servers do: connections of an earlier run that linger in TIME_WAIT do not make the port unusable.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 }
        }
    }
}
