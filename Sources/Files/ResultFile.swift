import Glibc

/// Writes a file that is there whole or, after any failure, as it was before.
package enum ResultFile {
    /// Replaces what is at the path; through a symbolic link, what that leads to.
    package static func write(_ text: String, to path: String) throws(FileError) {
        let bytes = Array(text.utf8)
        // A device or pipe is asked for as it is: what `/dev/stdout` leads to may have no other name.
        guard let target = isSpecial(path) ? path : resolved(path) else {
            throw FileError(path: path, "cannot be written: \(SystemWords.of(ELOOP))")
        }
        do throws(StagedFile.Problem) {
            // It must not be replaced by a file.
            if isSpecial(target) { return try writeThrough(bytes, to: target) }
            try StagedFile(bytes, replacing: target, name: .unique, mode: 0o640).putInPlace()
        } catch {
            throw FileError(path: path, "cannot be written: \(error.reason)")
        }
    }

    private static func writeThrough(_ bytes: [UInt8], to target: String) throws(StagedFile.Problem) {
        // Without O_NONBLOCK a named pipe would hold us up until somebody reads from it.
        let descriptor = open(target, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw StagedFile.Problem("\(target) cannot be opened") }
        defer { close(descriptor) }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        try StagedFile.write(bytes, to: descriptor, target)
    }

    private static func isSpecial(_ target: String) -> Bool {
        var information = stat()
        return stat(target, &information) == 0 && information.st_mode & S_IFMT != S_IFREG
    }

    /// What a path leads to; through a link to what is not there yet, the place where that will be. Nil for a loop.
    private static func resolved(_ path: String) -> String? {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        var path = path
        // As many links as the system follows.
        for _ in 0..<40 {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(path, &buffer, buffer.count)
            guard count > 0 else { return path }
            let target = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            path = target.hasPrefix("/") ? target : StagedFile.directory(of: path) + "/" + target
        }
        return nil
    }
}
