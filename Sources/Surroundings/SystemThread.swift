package import Glibc

/// A thread of the system, for work that may block: the tasks' own threads are few, and must never wait.
package enum SystemThread {
    /// Starts a thread that runs the body and ends with it. Whoever starts one bounds how many there are.
    ///
    /// - Returns: the thread, to be joined or detached.
    package static func start(_ body: @escaping @Sendable () -> Void) throws(ThreadError) -> pthread_t {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Body(run: body))
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard status == 0 else {
            box.release()
            throw ThreadError(reason: String(cString: strerror(status)))
        }
        return thread
    }

    /// As above, for a thread whose end nobody awaits.
    package static func startDetached(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
        pthread_detach(try start(body))
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

/// Why there is no thread: usually a limit on tasks.
package struct ThreadError: Error, CustomStringConvertible {
    /// The system's word.
    package let reason: String

    package var description: String { "cannot start a thread: \(reason)" }
}
