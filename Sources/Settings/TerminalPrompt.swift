import Files
import Glibc
internal import Surroundings

/// Asks for a password on the terminal without showing it.
struct TerminalPrompt: Sendable {
    /// The terminal itself, which stays reachable when input and output are redirected.
    var terminal = "/dev/tty"
    /// What to read from when the process has no such terminal, if it happens to be one.
    var fallbackInput: Int32? = STDIN_FILENO

    /// Prints `text` and reads one line; nil when there is no terminal.
    ///
    /// The terminal shows input again whatever happens: end of input, error, or a signal, which takes its effect then.
    /// Throws `prompt` when no password was typed and `interrupted` when the process survived the signal.
    func ask(_ text: String) throws(SettingsError) -> Secret? {
        let descriptor = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
        if descriptor >= 0 {
            defer { close(descriptor) }
            return try ask(text, input: descriptor, output: descriptor)
        }
        guard let fallbackInput, isatty(fallbackInput) == 1 else { return nil }
        return try ask(text, input: fallbackInput, output: STDERR_FILENO)
    }

    private func ask(_ text: String, input: Int32, output: Int32) throws(SettingsError) -> Secret {
        var original = termios()
        guard tcgetattr(input, &original) == 0 else { throw failure() }
        var silent = original
        silent.c_lflag &= ~tcflag_t(ECHO)
        // Whole lines, so that the keys for correcting work; and the line end alone is shown.
        silent.c_lflag |= tcflag_t(ICANON | ECHONL)

        let signals = SignalWatch()
        let line: Result<[UInt8], SettingsError>
        if set(silent, input) {
            show(OutgoingWords.line(text), output)
            line = readLine(input, signals)
            _ = set(original, input)
        } else {
            line = .failure(failure())
        }
        // Only now, with the terminal as it was, may a signal end the process.
        if let signal = signals.endAndDeliver() {
            show("\n", output)
            throw .interrupted(signal: signal)
        }
        guard let password = String(validating: try line.get(), as: UTF8.self) else {
            throw .prompt("the password typed is not UTF-8 text")
        }
        guard !password.isEmpty else { throw .prompt("no password was typed") }
        return Secret(password)
    }

    private func readLine(_ input: Int32, _ signals: borrowing SignalWatch) -> Result<[UInt8], SettingsError> {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while signals.caught == nil {
            // Another thread may have taken the signal, so that nothing interrupts this one: look now and then.
            var request = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            let ready = poll(&request, 1, 100)
            if ready == 0 || ready < 0 && errno == EINTR { continue }
            let count = ready < 0 ? -1 : read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(failure()) }
            line += buffer[..<count]
            if count == 0 || line.last == UInt8(ascii: "\n") { break }
        }
        return .success(line.last == UInt8(ascii: "\n") ? line.dropLast() : line)
    }

    private func set(_ attributes: termios, _ input: Int32) -> Bool {
        var attributes = attributes
        // Flushing drops what was typed before the question, which was shown and meant for something else.
        while tcsetattr(input, TCSAFLUSH, &attributes) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }

    private func show(_ text: String, _ output: Int32) {
        let bytes = Array(text.utf8)
        _ = write(output, bytes, bytes.count)
    }

    private func failure() -> SettingsError {
        .prompt("cannot ask for a password on the terminal: \(SystemWords.lastError)")
    }
}
