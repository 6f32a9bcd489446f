import Glibc
import TestSupport

/// A port that takes connections and never says a word.
final class SilentServer: Sendable {
    let port: UInt16
    private let listener: Int32

    /// - Parameter port: 0 for a free one.
    init(on address: String = "127.0.0.1", port: UInt16 = 0) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let host = address
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_aton(host, &address.sin_addr)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // The kernel connects what waits in the queue, and takes what it sends.
                bind(listener, address, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard status else { throw HarnessError.system(call: "listen", reason: String(cString: strerror(errno))) }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }
}
