package import Glibc

/// A file's new content, on disk beside the old one, which it replaces whole or not at all.
package struct StagedFile {
    /// Under which name the new content waits.
    package enum Name {
        /// One of its own: of several who write at a time the last one wins.
        case unique
        /// `FILE.new`, for those who write under a lock: a crash leaves one file behind at most.
        case fixed
    }

    /// Why a file could not be replaced.
    package struct Problem: Error, Hashable {
        /// What could not be done, such as `/var/lib/x.new cannot be made`.
        package let step: String
        /// The system's word for why.
        package let reason: String

        /// For the step that has just failed.
        init(_ step: String) {
            self.step = step
            reason = SystemWords.lastError
        }
    }

    /// The path of the new content.
    package let path: String
    private let target: String

    /// Writes the content and brings it to disk, with the owner and permissions of the file that it is to replace.
    ///
    /// - Parameter mode: the permissions where there is no such file.
    package init(_ content: [UInt8], replacing target: String, name: Name, mode: mode_t) throws(Problem) {
        self.target = target
        let descriptor: Int32
        switch name {
        case .unique:
            var template = Array("\(target).XXXXXX".utf8CString)
            descriptor = mkstemp(&template)
            path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if descriptor >= 0 { _ = fchmod(descriptor, mode) }
        case .fixed:
            path = target + ".new"
            // One left by a crash may belong to another user; nobody else writes while the lock is held.
            unlink(path)
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        }
        guard descriptor >= 0 else { throw Problem("\(path) cannot be made") }
        defer { close(descriptor) }
        Self.keepOwnership(of: target, descriptor)
        do throws(Problem) {
            try Self.write(content, to: descriptor, path)
            guard fsync(descriptor) == 0 else { throw Problem("\(path) cannot be brought to disk") }
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Puts the new content in the place of the old one, and has that on disk when it returns.
    package consuming func putInPlace() throws(Problem) {
        guard rename(path, target) == 0 else {
            let problem = Problem("\(path) cannot be renamed")
            unlink(path)
            throw problem
        }
        let directory = Self.directory(of: target)
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Problem(directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Problem("\(directory) cannot be brought to disk") }
    }

    /// The directory that a file is in.
    package static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Writes all bytes to an open file.
    static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(Problem) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Problem("\(path) cannot be written") }
            rest = rest.dropFirst(count)
        }
    }

    /// What root writes must not take a file away from its user.
    private static func keepOwnership(of target: String, _ descriptor: Int32) {
        var information = stat()
        guard stat(target, &information) == 0 else { return }
        // Only root may give files away; where it fails, the file is the writer's own, with the old permissions.
        _ = fchown(descriptor, information.st_uid, information.st_gid)
        _ = fchmod(descriptor, information.st_mode & 0o7777)
    }
}
