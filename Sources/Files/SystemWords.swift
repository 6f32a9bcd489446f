import Glibc

/// What the system calls its errors.
package enum SystemWords {
    /// The words for the current `errno`, such as "Permission denied".
    package static var lastError: String { of(errno) }

    /// The words for an error number.
    package static func of(_ number: Int32) -> String { String(cString: strerror(number)) }
}
