import Glibc

/// The socket of a service manager, as a stub: it keeps the datagrams that come.
package final class NotifyListener: Sendable {
    /// What a service finds in `$NOTIFY_SOCKET`.
    package let address: String
    private let descriptor: Int32
    private let datagrams = Watched<[String]>([])
    /// nil for an abstract name.
    private let directory: TemporaryDirectory?

    /// - Parameters:
    ///   - isAbstract: whether the socket has a name that is no file's.
    ///   - listens: whether what comes is read: else the socket fills up.
    package init(isAbstract: Bool = false, listens: Bool = true) throws {
        let directory = isAbstract ? nil : try TemporaryDirectory("notify")
        let name = directory?.file("socket") ?? "@pkeyd-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        var bytes = Array(name.utf8)
        if isAbstract { bytes[0] = 0 } else { bytes.append(0) }
        var family = sa_family_t(AF_UNIX)
        let whole = withUnsafeBytes(of: &family) { Array($0) } + bytes
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let isBound = whole.withUnsafeBytes { raw in
            raw.bindMemory(to: sockaddr.self).baseAddress.map { bind(descriptor, $0, socklen_t(raw.count)) } == 0
        }
        guard descriptor >= 0, isBound else {
            throw HarnessError.commandFailed(command: "bind \(name)", status: .code(errno), errors: "")
        }
        self.directory = directory
        self.descriptor = descriptor
        address = name
        guard listens else { return }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(reader: Reader(descriptor: descriptor, datagrams: datagrams)))
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().reader.run() }
                return nil
            }, box.toOpaque())
        pthread_detach(thread)
    }

    deinit {
        // The reader ends with an error.
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// All that have come, each with its lines.
    package var all: [String] { datagrams.read { $0 } }

    /// Waits for a datagram with this line in it, behind so many others; gives its lines, and its place.
    package func wait(
        for line: String, from start: Int = 0, timeout: Duration = .untilHung
    ) async throws(HarnessError) -> (index: Int, lines: [Substring]) {
        let found = await datagrams.wait(timeout: timeout) { datagrams -> (Int, String)? in
            datagrams.indices.dropFirst(start).first { index in
                datagrams[index].split(separator: "\n").contains { $0.hasPrefix(line) }
            }.map { ($0, datagrams[$0]) }
        }
        guard let found else {
            throw .timedOut(
                waitingFor: "a notification \(line)", after: timeout, detail: all.suffix(8).joined(separator: " | "))
        }
        return (found.0, found.1.split(separator: "\n"))
    }

    private final class Box: Sendable {
        let reader: Reader

        init(reader: Reader) { self.reader = reader }
    }

    private struct Reader: Sendable {
        let descriptor: Int32
        let datagrams: Watched<[String]>

        func run() {
            var buffer = [UInt8](repeating: 0, count: 16_384)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                let text = String(decoding: buffer[..<count], as: UTF8.self)
                datagrams.update { $0.append(text) }
            }
            close(descriptor)
        }
    }
}
