import Glibc

/// What is wrong with a file, in one line that begins with its path, and with the place where it is at one.
package struct FileError: Error, Hashable {
    package let path: String
    package let problem: String

    package init(path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    /// The form that editors and compilers use: many terminals open the file there.
    package init(path: String, line: Int, column: Int, _ problem: String) {
        self.init(path: "\(path):\(line):\(column)", problem)
    }
}

extension FileError: CustomStringConvertible {
    package var description: String { "\(path): \(problem)" }
}

/// What the system calls its errors.
package enum SystemWords {
    /// The words for the current `errno`, such as "Permission denied".
    package static var lastError: String { of(errno) }

    /// The words for an error number.
    package static func of(_ number: Int32) -> String { String(cString: strerror(number)) }
}
