import Glibc

/// A question that must be answered with `yes` before something is done that cannot be undone.
enum Confirmation {
    /// Whether there is somebody to ask.
    static var isPossible: Bool { isatty(STDIN_FILENO) == 1 }

    static func ask(_ question: String) -> Bool {
        // On standard error: standard output may be going to a file.
        let bytes = Array("\(question) Type yes to go on: ".utf8)
        guard write(STDERR_FILENO, bytes, bytes.count) == bytes.count else { return false }
        return readLine() == "yes"
    }
}
