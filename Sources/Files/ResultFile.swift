import Glibc

/// Writes a file that is there whole or, after any failure, as it was before.
package enum ResultFile {
    /// Replaces what is at the path; through a symbolic link, what that leads to.
    package static func write(_ text: String, to path: String) throws(FileError) {
        let bytes = Array(text.utf8)
        let target = resolved(path)
        do throws(StagedFile.Problem) {
            // A device or pipe must not be replaced by a file.
            if isSpecial(target) { return try writeThrough(bytes, to: target) }
            try StagedFile(bytes, replacing: target, name: .unique, mode: 0o640).putInPlace()
        } catch {
            throw FileError(path: path, "cannot be written: \(error.reason)")
        }
    }

    private static func writeThrough(_ bytes: [UInt8], to target: String) throws(StagedFile.Problem) {
        let descriptor = open(target, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StagedFile.Problem("\(target) cannot be opened") }
        defer { close(descriptor) }
        try StagedFile.write(bytes, to: descriptor, target)
    }

    private static func isSpecial(_ target: String) -> Bool {
        var information = stat()
        return stat(target, &information) == 0 && information.st_mode & S_IFMT != S_IFREG
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }
}
