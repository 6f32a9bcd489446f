import Glibc

/// Whole reads and writes on file descriptors, for threads that may block.
enum Descriptor {
    /// Hands over everything up to the end of the file, then closes the descriptor.
    static func readAll(_ descriptor: Int32, _ receive: ([UInt8]) -> Void) {
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                receive(Array(buffer[..<count]))
            } else if count == 0 || errno != EINTR {
                return
            }
        }
    }

    /// Writes the text and closes the descriptor. A reader that went away ends it early and quietly.
    ///
    /// Only for a thread of its own: it masks SIGPIPE, which would otherwise end the whole test process.
    static func write(_ text: String, to descriptor: Int32) {
        defer { close(descriptor) }
        var brokenPipe = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
