import Glibc

/// A small file read whole, together with the permissions it had at that moment.
struct LocalFile {
    let path: String
    let bytes: [UInt8]
    /// The permission bits, such as 0o600.
    let permissions: mode_t

    /// Reads a regular file, or gives nil when nothing is there.
    ///
    /// Throws when something is there and cannot be read, is not a regular file, or is larger than `limit` bytes.
    static func read(_ path: String, limit: Int = 1 << 20) throws(SettingsError) -> LocalFile? {
        // Without O_NONBLOCK a named pipe would hold up the start until somebody writes to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path)
        }
        defer { close(descriptor) }

        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw failure(path) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw .file(path: path, problem: "cannot be read: it is not a regular file")
        }
        let bytes = try contents(of: descriptor, path: path, limit: limit)
        return LocalFile(path: path, bytes: bytes, permissions: information.st_mode & 0o7777)
    }

    private static func contents(
        of descriptor: Int32, path: String, limit: Int
    ) throws(SettingsError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw .file(path: path, problem: "larger than \(limit) bytes")
            }
        }
    }

    private static func failure(_ path: String) -> SettingsError {
        .file(path: path, problem: "cannot be read: \(SystemWords.lastError)")
    }
}

/// What the system calls its errors.
enum SystemWords {
    /// The words for the current `errno`, such as "Permission denied".
    static var lastError: String { String(cString: strerror(errno)) }
}
