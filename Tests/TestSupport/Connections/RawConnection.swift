import Dispatch
import Glibc
import Synchronization

/// A reply as it came over the wire.
package struct RawReply: Sendable {
    /// The status code.
    package let status: Int
    /// By lower-case name.
    package let headers: [String: String]
    /// What came of the body.
    package let body: String
    /// Whether as much of the body came as was announced.
    package let isComplete: Bool
}

/// A blocking HTTP client that hides nothing; one connection, in plain text.
package final class RawConnection: Sendable {
    private let socket: Int32
    private let authorization: String?
    /// What was received beyond the replies that were read.
    private let leftover = Mutex<[UInt8]>([])

    /// Connects to a port of this machine; nil where nobody listens. The authorization goes with each request.
    package init?(port: Int, authorization: String? = nil) {
        self.authorization = authorization
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // What was made is closed by `deinit`, here too.
        guard result == 0 else { return nil }
    }

    deinit { Glibc.close(socket) }

    /// Ends the connection, once or more often. Its number stays taken while anybody holds it: another connection of this
    /// process could have it by then.
    package func close() {
        shutdown(socket, Int32(SHUT_RDWR))
    }

    /// Sends a request with its length.
    package func send(_ method: String, _ path: String, _ body: String = "", headers: String = "") {
        let credentials = authorization.map { "Authorization: \($0)\r\n" } ?? ""
        let text =
            "\(method) \(path) HTTP/1.1\r\nHost: ufm\r\n\(credentials)\(headers)"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        _ = Glibc.send(socket, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    /// Sends bytes as they are; whether all of them went.
    package func sendRaw(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Whether the other side has ended the connection and nothing is left to read; does not wait.
    package var hasEnded: Bool {
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || count < 0 && errno != EAGAIN
    }

    /// The next reply; nil if the connection ended before its head. Waits on a thread that may block.
    package func receive() async -> RawReply? {
        await onBlockingThread { self.leftover.withLock { self.read(after: &$0) } }
    }

    private func read(after leftover: inout [UInt8]) -> RawReply? {
        var bytes = leftover
        leftover = []
        let blank = Array("\r\n\r\n".utf8)
        var headEnd: Int?
        repeat {
            headEnd = bytes.indices.first { bytes[$0...].starts(with: blank) }
            guard headEnd == nil, let more = readSome() else { break }
            bytes += more
        } while headEnd == nil
        guard let headEnd else { return nil }
        let lines = String(decoding: bytes[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let announced = headers["content-length"].flatMap { Int($0) } ?? 0
        var body = Array(bytes[(headEnd + blank.count)...])
        while body.count < announced, let more = readSome() { body += more }
        leftover = Array(body.dropFirst(announced))
        body = Array(body.prefix(announced))
        return RawReply(
            status: Int(lines[0].split(separator: " ")[1]) ?? 0, headers: headers,
            body: String(decoding: body, as: UTF8.self), isComplete: body.count == announced)
    }

    private func readSome() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}

/// Does what may block on a thread of its own: those of the tasks are few, and other tests need them.
package func onBlockingThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: work()) }
    }
}

/// Runs a shell command on a thread that may block, and answers what it printed.
package func shellOutput(_ command: String) async -> String {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            var output: [UInt8] = []
            if let pipe = popen(command, "r") {
                var byte = fgetc(pipe)
                while byte != EOF {
                    output.append(UInt8(truncatingIfNeeded: byte))
                    byte = fgetc(pipe)
                }
                pclose(pipe)
            }
            continuation.resume(returning: String(decoding: output, as: UTF8.self))
        }
    }
}
