internal import Glibc

/// A directory of our own, for what is to outlive the process: small files, each replaced whole.
package struct StateDirectory: Sendable {
    package let path: String
    private static let sizeLimit = 1 << 16

    /// - Parameter path: a directory that is there.
    package init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Whether files can be written there; if not, the system's last error says why.
    package var isWritable: Bool { access(path, W_OK | X_OK) == 0 }

    /// The whole path of a file in it.
    package func path(of name: String) -> String { "\(path)/\(name)" }

    /// What a file says; nil where there is none.
    package func read(_ name: String) throws(FileError) -> [UInt8]? {
        try LocalFile.read(path(of: name), limit: Self.sizeLimit)?.bytes
    }

    /// Puts a new content in the place of a file, and has it on disk when it returns.
    package func replace(_ name: String, with bytes: [UInt8]) throws(FileError) {
        do throws(StagedFile.Problem) {
            try StagedFile(bytes, replacing: path(of: name), name: .unique, mode: 0o644).putInPlace()
        } catch {
            throw FileError(path: path(of: name), "\(error.step): \(error.reason)")
        }
    }
}
