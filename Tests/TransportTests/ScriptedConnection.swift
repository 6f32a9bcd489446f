import Dispatch
import Foundation
import Glibc
import TestSupport

/// One connection to a ``ScriptedServer``; it lives on its thread.
final class ScriptedConnection {
    /// From 1, in the order of arrival.
    let number: Int
    private let socket: Int32
    private let log: Watched<ScriptedServer.Log>
    private var unread: [UInt8] = []

    init(number: Int, socket: Int32, log: Watched<ScriptedServer.Log>) {
        self.number = number
        self.socket = socket
        self.log = log
        // No script hangs for ever: a call that waits so long fails.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// The next whole request; nil when the client has closed the connection.
    @discardableResult
    func readRequest() -> ScriptedRequest? {
        let blankLine = Data("\r\n\r\n".utf8)
        while Data(unread).range(of: blankLine) == nil { guard receive() else { return nil } }
        guard let end = Data(unread).range(of: blankLine) else { return nil }
        let lines = String(decoding: unread[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while unread.count < end.upperBound + length { guard receive() else { return nil } }
        let request = ScriptedRequest(
            method: words[0], target: words[1], headers: headers,
            body: Array(unread[end.upperBound..<end.upperBound + length]), connection: number)
        unread.removeFirst(end.upperBound + length)
        log.update { $0.requests.append(request) }
        return request
    }

    /// Writes all of it; false when the client is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ answer: ScriptedAnswer) -> Bool { send(answer.bytes) }

    /// Whether the client closes the connection, and sends nothing more before it does.
    func isClosedByClient() -> Bool {
        guard unread.isEmpty else { return false }
        var byte: UInt8 = 0
        let count = recv(socket, &byte, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    private func receive() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        unread += buffer[..<count]
        log.update { $0.bytes[number, default: 0] += count }
        return true
    }
}

/// The bytes of an answer.
struct ScriptedAnswer {
    let bytes: [UInt8]

    static func ok(_ body: String) -> ScriptedAnswer { ok(Array(body.utf8)) }

    static func ok(_ body: [UInt8]) -> ScriptedAnswer {
        ScriptedAnswer(bytes: Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
    }

    static func chunk(_ text: String) -> ScriptedAnswer {
        ScriptedAnswer(bytes: Array("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n".utf8))
    }

    static let chunkedHead = ScriptedAnswer(
        bytes: Array("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
}

/// A point that a script waits at until the test lets it go on.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// Whether it was opened in time.
    @discardableResult
    func wait() -> Bool { semaphore.wait(timeout: .now() + 20) == .success }
}
