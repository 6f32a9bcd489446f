import Foundation
import Glibc
import Synchronization

/// A proxy before an etcd that cuts watches, and them alone, as one with a short idle limit does.
///
/// Each connection has two threads of its own, which end with it.
package final class WatchProxy: Sendable {
    /// `127.0.0.1:port`
    package let endpoint: String
    private let target: UInt16
    private let watch: String
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var isCutting = false
        /// Both ends of connections that carry a watch.
        var watches: [(Int32, Int32)] = []
        var cuts = 0
    }

    /// How many watches it has cut so far.
    package var cuts: Int { state.withLock { $0.cuts } }

    /// - Parameters:
    ///   - port: of the etcd, on loopback.
    ///   - watch: what is in each request for a watch, and in no other.
    package init(to port: UInt16, cutting watch: String = "POST /v3/watch") throws(HarnessError) {
        target = port
        self.watch = watch
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = socket
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && listen(socket, 64) == 0
                    && getsockname(socket, address, &length) == 0
            }
        }
        guard isListening else { throw .system(call: "listen", reason: String(cString: strerror(errno))) }
        endpoint = "127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(socket, nil, nil)
                guard client >= 0, let proxy = self else { return }
                proxy.serve(client)
            }
        }
    }

    deinit { close() }

    /// Takes no more connections.
    package func close() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Cuts all watches, and each new one, until ``mend()``.
    package func cut() {
        state.withLock { state in
            state.isCutting = true
            for (one, other) in state.watches { Self.end(one, other) }
            state.cuts += state.watches.count
            state.watches = []
        }
    }

    package func mend() { state.withLock { $0.isCutting = false } }

    private func serve(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(target)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            Self.end(client, server)
            return
        }
        Thread.detachNewThread { Self.pump(server, client) { _ in true } }
        Thread.detachNewThread { [self] in
            Self.pump(client, server) { bytes in
                guard String(decoding: bytes, as: UTF8.self).contains(watch) else { return true }
                return state.withLock { state in
                    if state.isCutting {
                        state.cuts += 1
                    } else {
                        state.watches.append((client, server))
                    }
                    return !state.isCutting
                }
            }
        }
    }

    /// Hands on what comes, until either end is closed or it is not to be handed on.
    private static func pump(_ from: Int32, _ to: Int32, _ isLetThrough: (ArraySlice<UInt8>) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        pumping: while true {
            let count = read(from, &buffer, buffer.count)
            guard count > 0, isLetThrough(buffer[..<count]) else { break }
            var sent = 0
            while sent < count {
                let written = buffer[sent..<count].withUnsafeBytes {
                    send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard written > 0 else { break pumping }
                sent += written
            }
        }
        // The descriptors stay open until the process ends: another thread may still name them.
        end(from, to)
    }

    private static func end(_ one: Int32, _ other: Int32) {
        shutdown(one, Int32(SHUT_RDWR))
        shutdown(other, Int32(SHUT_RDWR))
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
