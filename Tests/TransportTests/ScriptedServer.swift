import Foundation
import Glibc
import TestSupport

/// An HTTP server on loopback that does to each connection what a test tells it, on a thread that may block.
final class ScriptedServer: Sendable {
    /// What it has seen.
    struct Log: Sendable {
        /// Connections so far.
        var accepted = 0
        /// Whole requests, in the order in which they were read.
        var requests: [ScriptedRequest] = []
        /// Bytes that came on each connection.
        var bytes: [Int: Int] = [:]
        /// Connections of which the script has ended.
        var finished = 0
        fileprivate var open: Set<Int32> = []
        fileprivate var isClosed = false
    }

    let port: UInt16
    let address: String
    let log = Watched(Log())
    private let listener: Int32

    var url: String { "http://\(address):\(port)" }

    /// Listens; `serve` runs once for each connection, which is closed when it returns.
    init(on address: String = "127.0.0.1", _ serve: @escaping @Sendable (ScriptedConnection) -> Void) throws {
        self.address = address
        listener = try LoopbackSocket.listening(on: address, backlog: 512)
        port = LoopbackSocket.port(of: listener)
        let (listener, log) = (listener, log)
        Thread.detachNewThread {
            while true {
                let socket = accept(listener, nil, nil)
                guard socket >= 0 else {
                    // A signal, or no descriptor free: the listener must stay ours as long as the server lives, since its
                    // end shuts that number down, whoever has it by then.
                    guard !log.read(\.isClosed) else { break }
                    usleep(10_000)
                    continue
                }
                let number = log.update { log in
                    guard !log.isClosed else { return -1 }
                    log.accepted += 1
                    log.open.insert(socket)
                    return log.accepted
                }
                guard number > 0 else {
                    close(socket)
                    continue
                }
                Thread.detachNewThread {
                    serve(ScriptedConnection(number: number, socket: socket, log: log))
                    log.update { log in
                        log.finished += 1
                        log.open.remove(socket)
                        close(socket)
                    }
                }
            }
            close(listener)
        }
    }

    deinit {
        // The threads wake with an error and end; the sockets are theirs to close.
        log.update { log in
            log.isClosed = true
            // Under the lock: the thread closes the listener only after it has seen the mark.
            shutdown(listener, Int32(SHUT_RDWR))
            for socket in log.open { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Answers every request of every connection with the same body.
    static func answering(_ body: String = "{}") throws -> ScriptedServer {
        try ScriptedServer { connection in
            while connection.readRequest() != nil { connection.send(.ok(body)) }
        }
    }
}

/// A request as it came.
struct ScriptedRequest: Sendable {
    let method: String
    let target: String
    /// By lower-case name.
    let headers: [String: String]
    let body: [UInt8]
    /// The number of its connection, from 1.
    let connection: Int
}

/// TCP sockets, on 127.0.0.1 unless told otherwise.
enum LoopbackSocket {
    static func listening(on host: String = "127.0.0.1", backlog: Int32) throws -> Int32 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = address(port: 0)
        inet_aton(host, &address.sin_addr)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0, listen(listener, backlog) == 0 else {
            throw HarnessError.system(call: "listen", reason: String(cString: strerror(errno)))
        }
        return listener
    }

    static func port(of socket: Int32) -> UInt16 {
        var address = address(port: 0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return address
    }
}
