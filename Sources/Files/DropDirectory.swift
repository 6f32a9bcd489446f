internal import Glibc

/// A directory in which processes leave small files for each other.
package struct DropDirectory: Sendable {
    package let path: String

    package init(_ path: String) {
        self.path = path
    }

    /// The whole path of a file in it.
    package func path(of name: String) -> String { "\(path)/\(name)" }

    /// Makes it where it is not there.
    package func make() throws(FileError) {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw FileError(path: path, "cannot be made: \(SystemWords.lastError)")
        }
    }

    /// The names of its files, in ascending order.
    package func names() throws(FileError) -> [String] {
        guard let directory = opendir(path) else {
            throw FileError(path: path, "cannot be read: \(SystemWords.lastError)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    package func has(_ name: String) -> Bool { access(path(of: name), F_OK) == 0 }

    /// How many seconds ago a file was written; nil where it is not there.
    package func age(of name: String) -> Int? {
        var information = stat()
        guard stat(path(of: name), &information) == 0 else { return nil }
        return time(nil) - information.st_mtim.tv_sec
    }

    /// Makes a file as young as if it was written now; says whether it was there.
    package func touch(_ name: String) -> Bool { utimensat(AT_FDCWD, path(of: name), nil, 0) == 0 }

    /// Says whether it was there to be removed.
    package func remove(_ name: String) -> Bool { unlink(path(of: name)) == 0 }

    /// Says whether it was there to be renamed: of several who try, one succeeds.
    package func rename(_ name: String, to other: String) -> Bool {
        Glibc.rename(path(of: name), path(of: other)) == 0
    }
}
