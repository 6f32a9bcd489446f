import Glibc

/// The file in which changes of partitions stand alone: lines are added to it, and it is opened anew when it was moved away.
package final class AuditFile: Sendable {
    /// Why it cannot be used.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    package let path: String
    package let output: FileDescriptorOutput
    private let descriptor: Int32

    package init(_ path: String) throws(Problem) {
        self.path = path
        descriptor = try Self.open(path)
        output = FileDescriptorOutput(descriptor: descriptor)
        ProgramLog.include(output)
    }

    /// Goes on in what is at the path now. Where that cannot be opened, the lines go where they went.
    package func reopen() throws(Problem) {
        let new = try Self.open(path)
        defer { close(new) }
        // One step for whoever writes at this moment.
        guard dup2(new, descriptor) >= 0 else { throw Self.problem(path) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private static func open(_ path: String) throws(Problem) -> Int32 {
        let isNew = access(path, F_OK) != 0
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o640)
        guard descriptor >= 0 else { throw problem(path) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Problem(description: "\(path): it is not a regular file")
        }
        guard isNew else { return descriptor }
        fchmod(descriptor, 0o640)
        // A tool of root must not leave a file that the daemon, which has another user, cannot write.
        var directory = stat()
        let parent = path.split(separator: "/").dropLast().joined(separator: "/")
        if geteuid() == 0, path.hasPrefix("/"), stat("/" + parent, &directory) == 0 {
            _ = fchown(descriptor, directory.st_uid, directory.st_gid)
        }
        return descriptor
    }

    private static func problem(_ path: String) -> Problem {
        Problem(description: "\(path): cannot be written: \(String(cString: strerror(errno)))")
    }
}
