internal import CStart
internal import Glibc

/// The standard streams: descriptors 0 to 2.
package enum StandardStreams {
    /// Takes the numbers of streams that are closed, so that no file, and no socket of the event loop, gets one: what is
    /// printed would go there. They stay as good as closed: reading and writing fail.
    package static func occupy() {
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 && errno == EBADF {
            // Opened for what nobody does with it. The lowest free number is this one.
            let mode = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY
            if open("/dev/null", mode) < 0 { _ = open("/", O_RDONLY | O_DIRECTORY) }
        }
    }

    /// Hands over what was printed on standard output.
    ///
    /// - Returns: why some of it could not be written, now or before; nil when all was.
    package static func flushOutput() -> String? {
        switch pkeyd_flush_output() {
        case 0: nil
        case -1: "an earlier write failed"
        case let number: String(cString: strerror(number))
        }
    }
}
