import Glibc
import Synchronization
import Testing

@testable import Settings

/// Counts what a test's own handler received. A handler may touch nothing but an atomic.
private let hangUps = Atomic<Int>(0)

/// Serial, because the handlers of signals belong to the whole process.
@Suite("Asking for a password on a terminal", .serialized, .timeLimit(.minutes(20)))
struct SettingsPromptTests {
    private let question = "etcd password for root: "

    /// What was asked, answered and shown.
    private struct Dialogue {
        var answer: String?
        var failure: SettingsError?
        var echoDuring: Bool
        var echoAfter: Bool
        var shown: String
    }

    private func converse(_ action: @escaping @Sendable (Int32) -> Void) throws -> Dialogue {
        let typist = try Typist(awaiting: question, action)
        var dialogue = Dialogue(echoDuring: true, echoAfter: false, shown: "")
        do throws(SettingsError) {
            dialogue.answer = try TerminalPrompt(terminal: typist.terminal, fallbackInput: nil).ask(question)?.reveal()
        } catch {
            dialogue.failure = error
        }
        dialogue.echoAfter = typist.echoes
        (dialogue.shown, dialogue.echoDuring) = typist.finish()
        return dialogue
    }

    private static func type(_ text: String) -> @Sendable (Int32) -> Void {
        { master in
            let bytes = Array(text.utf8)
            _ = write(master, bytes, bytes.count)
        }
    }

    @Test("The answer is read and not shown, and the terminal shows input again afterwards")
    func answer() throws {
        let dialogue = try converse(Self.type("s€cret with blanks \n"))
        #expect(dialogue.answer == "s€cret with blanks ")
        #expect(dialogue.shown == question + "\r\n")
        #expect(!dialogue.echoDuring)
        #expect(dialogue.echoAfter)
    }

    @Test("Keys for correcting work, and the end of input ends the answer")
    func editing() throws {
        #expect(try converse(Self.type("wrong\u{15}righr\u{7f}t\n")).answer == "right")
        #expect(try converse(Self.type("unfinished\u{4}\u{4}")).answer == "unfinished")
    }

    @Test("No answer is an error, and the terminal shows input again", arguments: ["\n", "\u{4}"])
    func noAnswer(typed: String) throws {
        let dialogue = try converse(Self.type(typed))
        #expect(dialogue.failure == .prompt("no password was typed"))
        #expect(dialogue.echoAfter)
    }

    @Test("A signal during the question restores the terminal first and then reaches its own handler")
    func signals() throws {
        var mine = sigaction()
        mine.__sigaction_handler.sa_handler = { _ in hangUps.add(1, ordering: .relaxed) }
        var before = sigaction()
        try #require(sigaction(SIGHUP, &mine, &before) == 0)
        defer { sigaction(SIGHUP, &before, nil) }

        let dialogue = try converse { _ in kill(getpid(), SIGHUP) }
        #expect(dialogue.failure == .interrupted(signal: SIGHUP))
        #expect(dialogue.echoAfter)
        #expect(!dialogue.echoDuring)
        // The process may take the signal on another thread, a moment later.
        for _ in 0..<1_000 where hangUps.load(ordering: .relaxed) == 0 { usleep(1_000) }
        #expect(hangUps.load(ordering: .relaxed) == 1)
    }

    @Test("Without a terminal nothing is asked")
    func noTerminal() throws {
        #expect(try TerminalPrompt(terminal: "/nonexistent/tty", fallbackInput: nil).ask(question) == nil)
        let file = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(file) }
        #expect(try TerminalPrompt(terminal: "/nonexistent/tty", fallbackInput: file).ask(question) == nil)
    }
}

/// The far end of a pseudo terminal: waits for a question on a thread of its own, acts, and keeps what was shown.
private final class Typist: Sendable {
    /// Linux's TIOCSPTLCK and TIOCGPTN.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    let terminal: String
    private let master: Int32
    /// Held open, so that the terminal outlives the prompt.
    private let slave: Int32
    private let question: String
    private let action: @Sendable (Int32) -> Void
    private let seen = Mutex<(shown: [UInt8], echo: Bool)>(([], true))
    private let thread = Mutex<pthread_t?>(nil)

    init(awaiting question: String, _ action: @escaping @Sendable (Int32) -> Void) throws {
        // What posix_openpt, unlockpt and ptsname do; glibc's header hides these from Swift.
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var unlocked: Int32 = 0
        var number: Int32 = 0
        try #require(master >= 0 && ioctl(master, Self.setLock, &unlocked) == 0)
        try #require(ioctl(master, Self.getNumber, &number) == 0)
        terminal = "/dev/pts/\(number)"
        slave = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(slave >= 0)
        self.question = question
        self.action = action

        var started = pthread_t()
        let result = pthread_create(
            &started, nil,
            { context in
                context.map { Unmanaged<Typist>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        try #require(result == 0)
        thread.withLock { [started] in $0 = started }
    }

    /// Whether the terminal shows what is typed, now.
    var echoes: Bool {
        var attributes = termios()
        return tcgetattr(master, &attributes) == 0 && attributes.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Hangs up, and gives what the terminal showed and whether it showed input when the question stood there.
    func finish() -> (shown: String, echo: Bool) {
        close(slave)
        if let thread = thread.withLock({ $0 }) { pthread_join(thread, nil) }
        close(master)
        return seen.withLock { (String(decoding: $0.shown, as: UTF8.self), $0.echo) }
    }

    private func run() {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        var shown: [UInt8] = []
        var acted = false
        while true {
            let count = read(master, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            shown += buffer[..<count]
            if !acted, shown.count >= question.utf8.count {
                acted = true
                let echo = echoes
                seen.withLock { $0.echo = echo }
                action(master)
            }
        }
        seen.withLock { [shown] in $0.shown = shown }
    }
}
