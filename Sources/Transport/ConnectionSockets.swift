internal import CCurl
internal import Glibc

/// The sockets that libcurl has open; lives on the libcurl thread, as long as its connections do.
///
/// libcurl keeps connections for later requests. Before one is used again it must be known whether it has anything to
/// read: bytes that nobody asked for would be taken for the next answer. Only some versions of libcurl look.
final class ConnectionSockets {
    private var open: Set<Int32> = []

    /// For libcurl's callbacks; whoever owns this outlives all connections.
    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func of(_ context: UnsafeMutableRawPointer?) -> ConnectionSockets? {
        context.map { Unmanaged<ConnectionSockets>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Makes a socket tell soon that nobody is there any more: a firewall that has forgotten a connection swallows what
    /// is sent over it, and says nothing.
    ///
    /// - Parameter lossLimit: how long what was sent, probes included, may go without any sign of having arrived.
    func opened(_ socket: Int32, lossLimit: Duration) {
        open.insert(socket)
        func set(_ level: Int32, _ name: Int32, _ value: Int32) {
            var value = value
            // Where the system lacks one of these, the others still hold, and so do the time limits.
            _ = setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
        let seconds = max(1, Int32(lossLimit.wholeMilliseconds / 1_000))
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, seconds)
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(lossLimit.wholeMilliseconds))
    }

    func close(_ socket: Int32) -> Int32 {
        open.remove(socket)
        return Glibc.close(socket)
    }

    /// The socket of the connection from this local port.
    func socket(localPort: Int) -> Int32? {
        open.first { Self.localPort(of: $0) == localPort }
    }

    /// Whether there is something to read, the end of the connection included.
    static func hasUnread(_ socket: Int32) -> Bool {
        var request = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) > 0
    }

    /// All bytes that the connection has received so far, whatever they were; nil where the system does not say.
    static func bytesReceived(_ socket: Int32) -> UInt64? {
        // `tcpi_bytes_received` of Linux's `struct tcp_info`; that of glibc's headers ends before it.
        let offset = 128
        var info = [UInt8](repeating: 0, count: offset + MemoryLayout<UInt64>.size)
        var size = socklen_t(info.count)
        guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &size) == 0, Int(size) == info.count else {
            return nil
        }
        return info.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    }

    private static func localPort(of socket: Int32) -> Int? {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        // The port is in the same place for IPv4.
        return status == 0 ? Int(UInt16(bigEndian: address.sin6_port)) : nil
    }
}

extension Duration {
    /// Rounded up, at least 1: zero would mean "no limit" to libcurl and to the system.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
