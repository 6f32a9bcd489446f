import Files
import Glibc

/// Writes a file that is there whole or, after any failure, as it was before.
enum ResultFile {
    /// Replaces what is at the path; through a symbolic link, what that leads to.
    static func write(_ text: String, to path: String) throws(CommandFailure) {
        let target = resolved(path)
        var information = stat()
        let exists = stat(target, &information) == 0
        // A device or pipe must not be replaced by a file.
        if exists, information.st_mode & S_IFMT != S_IFREG {
            let descriptor = open(target, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw failure(path) }
            defer { close(descriptor) }
            return try write(text, descriptor, path)
        }
        var template = Array("\(target).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        do throws(CommandFailure) {
            guard fchmod(descriptor, exists ? information.st_mode & 0o7777 : 0o640) == 0 else { throw failure(path) }
            try write(text, descriptor, path)
            guard fsync(descriptor) == 0, rename(template, target) == 0 else { throw failure(path) }
        } catch {
            unlink(template)
            throw error
        }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func write(_ text: String, _ descriptor: Int32, _ path: String) throws(CommandFailure) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path): cannot be written: \(SystemWords.lastError)")
    }
}
