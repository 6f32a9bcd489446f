package import Glibc

/// A small file read whole, together with the permissions it had at that moment.
package struct LocalFile {
    package let path: String
    package let bytes: [UInt8]
    /// The permission bits, such as 0o600.
    package let permissions: mode_t

    /// Reads a regular file, or gives nil when nothing is there.
    ///
    /// Throws when something is there and cannot be read, is not a regular file, or is larger than `limit` bytes.
    package static func read(_ path: String, limit: Int = 1 << 20) throws(FileError) -> LocalFile? {
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
            throw FileError(path: path, "cannot be read: it is not a regular file")
        }
        let bytes = try contents(of: descriptor, path: path, limit: limit)
        return LocalFile(path: path, bytes: bytes, permissions: information.st_mode & 0o7777)
    }

    /// Everything up to the end of standard input, at most `limit` bytes.
    package static func readStandardInput(limit: Int) throws(FileError) -> LocalFile {
        let name = "standard input"
        return LocalFile(path: name, bytes: try contents(of: STDIN_FILENO, path: name, limit: limit), permissions: 0)
    }

    private static func contents(
        of descriptor: Int32, path: String, limit: Int
    ) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw FileError(path: path, "larger than \(limit) bytes")
            }
        }
    }

    private static func failure(_ path: String) -> FileError {
        FileError(path: path, "cannot be read: \(SystemWords.lastError)")
    }
}
