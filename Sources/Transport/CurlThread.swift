internal import CCurl
internal import Glibc
internal import Surroundings
internal import Synchronization

/// The thread that owns libcurl's multi handle, and the mailbox through which everyone else reaches it.
final class CurlThread: Sendable {
    enum Command: Sendable {
        case start(TransferID, HTTPRequest, ServerAddresses?, BodyPipe)
        case cancel(TransferID)
        case resume(TransferID)
    }

    private struct Mailbox {
        var commands: [Command] = []
        var isStopped = false
        /// Whether the multi handle still exists; only then may it be woken.
        var isOpen = true
        /// The thread, until somebody has waited for its end.
        var thread: pthread_t?
    }

    private let multi: MultiHandle
    private let mailbox = Mutex(Mailbox())
    private let lastID = Atomic<UInt64>(0)
    private let hiddenOptions: Set<UInt32>

    /// - Parameter hiddenOptions: options that are to be taken for unknown to this libcurl.
    init(hiding hiddenOptions: Set<UInt32> = []) throws(TransportError) {
        if let reason = pkeyd_load_curl() {
            throw .invalidRequest("libcurl cannot be used: \(String(cString: reason))")
        }
        guard let multi = pkeyd_multi_init() else {
            throw .invalidRequest("libcurl could not be initialised")
        }
        self.multi = MultiHandle(pointer: multi)
        self.hiddenOptions = hiddenOptions
        do throws(ThreadError) {
            let thread = try SystemThread.start { self.run() }
            mailbox.withLock { $0.thread = thread }
        } catch {
            pkeyd_multi_cleanup(multi)
            throw .invalidRequest(error.description)
        }
    }

    /// Queues a request; its answer arrives in the handle's pipe.
    func start(_ request: HTTPRequest, at addresses: ServerAddresses?) -> TransferHandle {
        let id = TransferID(value: lastID.wrappingAdd(1, ordering: .relaxed).newValue)
        let pipe = BodyPipe()
        let handle = TransferHandle(id: id, host: request.host, pipe: pipe, thread: self)
        if !post(.start(id, request, addresses, pipe)) { pipe.finish(.failure(.cancelled)) }
        return handle
    }

    /// Whether the thread will see the command.
    @discardableResult
    func post(_ command: Command) -> Bool {
        mailbox.withLock { mailbox in
            guard mailbox.isOpen, !mailbox.isStopped else { return false }
            mailbox.commands.append(command)
            pkeyd_multi_wakeup(multi.pointer)
            return true
        }
    }

    /// Ends the thread and waits until it has ended: a process that exits while a thread is inside OpenSSL may crash.
    ///
    /// The wait is short. The thread waits for nothing but its mailbox and sockets; names are looked up elsewhere.
    func stop() {
        let thread = mailbox.withLock { mailbox in
            if mailbox.isOpen {
                mailbox.isStopped = true
                pkeyd_multi_wakeup(multi.pointer)
            }
            defer { mailbox.thread = nil }
            return mailbox.thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    // MARK: On the thread

    private func run() {
        // A peer that closes early would otherwise kill the process; the signal goes to the writing thread alone.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)

        let sockets = ConnectionSockets()
        var transfers = TransferTable(multi: multi.pointer, sockets: sockets, hiding: hiddenOptions)
        while true {
            let (commands, isStopped) = mailbox.withLock { mailbox in
                defer { mailbox.commands = [] }
                return (mailbox.commands, mailbox.isStopped)
            }
            for command in commands { transfers.perform(command) }
            if isStopped { break }
            transfers.advance()
            pkeyd_multi_poll(multi.pointer, nil, 0, Self.pollTime(until: transfers.nextDue), nil)
        }
        // Commands that came with the stop have been performed, so every pipe is in the table and gets its end here.
        mailbox.withLock { $0.isOpen = false }
        transfers.abortAll()
        // Closing its connections asks for the sockets.
        withExtendedLifetime(sockets) { _ = pkeyd_multi_cleanup(multi.pointer) }
    }

    /// In milliseconds; rounded up, or the thread would turn until the time has come.
    private static func pollTime(until due: ContinuousClock.Instant?) -> Int32 {
        guard let due else { return 60_000 }
        let left = ContinuousClock.now.duration(to: due)
        return left <= .zero ? 0 : Int32(min(60_000, left.wholeMilliseconds))
    }
}

/// Tells transfers apart for the life of a thread.
struct TransferID: Hashable, Sendable {
    let value: UInt64
}

/// libcurl's multi handle.
///
/// Unchecked: the thread alone uses it, but for `curl_multi_wakeup`, which libcurl allows from anywhere, and which is
/// called under the mailbox's lock and only while the handle exists.
private struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
}

/// The reading side's grip on a transfer: letting go of it aborts what still runs.
final class TransferHandle: Sendable {
    let id: TransferID
    let host: String
    let pipe: BodyPipe
    private let thread: CurlThread

    init(id: TransferID, host: String, pipe: BodyPipe, thread: CurlThread) {
        self.id = id
        self.host = host
        self.pipe = pipe
        self.thread = thread
    }

    deinit { cancel() }

    func cancel() {
        if !pipe.hasEnded { thread.post(.cancel(id)) }
    }

    func resume() { thread.post(.resume(id)) }
}
