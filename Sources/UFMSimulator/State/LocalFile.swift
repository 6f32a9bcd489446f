import Glibc

/// A file that is read whole and written whole.
struct LocalFile: Sendable {
    let path: String

    init(_ path: String) {
        self.path = path
    }

    /// The bytes; nil when there is no such file.
    func read() throws(SimulatorError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 && errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw failure("read") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw failure("read") }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// Puts a text in its place, all of it or nothing; nobody else may read it.
    func write(_ text: String) throws(SimulatorError) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("write") }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let error = failure("write")
                close(descriptor)
                unlink(draft)
                throw error
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard rename(draft, path) == 0 else { throw failure("write") }
    }

    private func failure(_ verb: String) -> SimulatorError {
        .file(path, "cannot \(verb) it: \(String(cString: strerror(errno)))")
    }
}
