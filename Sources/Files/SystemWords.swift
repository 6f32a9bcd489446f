import Glibc

/// What the system calls its errors.
package enum SystemWords {
    /// The words for the current `errno`, such as "Permission denied".
    package static var lastError: String { String(cString: strerror(errno)) }
}
