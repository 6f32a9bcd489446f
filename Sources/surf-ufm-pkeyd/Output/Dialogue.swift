import Glibc
import Surroundings

/// A question that must be answered with `yes` before something is done that cannot be undone.
enum Confirmation {
    /// Whether there is somebody to ask.
    static var isPossible: Bool { isatty(STDIN_FILENO) == 1 }

    static func ask(_ question: String) -> Bool {
        // On standard error: standard output may be going to a file.
        let bytes = Array(OutgoingWords.line("\(question) Type yes to go on: ").utf8)
        guard write(STDERR_FILENO, bytes, bytes.count) == bytes.count else { return false }
        return readLine() == "yes"
    }
}

/// How far a long operation is, on one line of the terminal that is written over; nothing where nobody watches.
///
/// On standard error: standard output may be going to a file.
struct ProgressLine {
    private let isShown = isatty(STDERR_FILENO) == 1

    /// Puts this text in the place of the last one.
    func show(_ text: String) { write("\r\u{1b}[K\(OutgoingWords.line(text))") }

    /// Takes the line away, before anything else is printed.
    func clear() { write("\r\u{1b}[K") }

    private func write(_ text: String) {
        guard isShown else { return }
        let bytes = Array(text.utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
