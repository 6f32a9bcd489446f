internal import Glibc
internal import Surroundings
internal import Synchronization

/// A small server for those who look: it answers one request on each connection, from a thread of its own, and changes nothing.
///
/// Whoever is slow or hostile takes a bounded part of that thread's time and of memory, and nothing of anybody else's.
package final class Listener: Sendable {
    package typealias Answer = @Sendable (Inquiry) -> Reply

    private let sockets: [ListenSocket]
    /// The writing end of a pipe: once it is closed, the thread ends.
    private let leash: Mutex<Int32?>
    private let isOver = Monitor(false)
    private let doorkeeper: Mutex<Doorkeeper>

    /// Begins to listen at all these addresses, or at none.
    ///
    /// - Parameters:
    ///   - token: what visitors from the network have to know.
    ///   - answer: is called on the thread of the listener, and keeps the others waiting as long as it takes.
    package init(
        at addresses: [ListenAddress], token: [UInt8]? = nil, limits: ListenLimits = ListenLimits(),
        answer: @escaping Answer
    ) throws(ListenError) {
        doorkeeper = Mutex(Doorkeeper(token: token))
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ListenError("cannot make a pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let waker = ends[0]
        leash = Mutex(ends[1])
        var opened: [ListenSocket] = []
        do throws(ListenError) {
            for address in addresses { opened.append(try ListenSocket(at: address)) }
        } catch {
            Self.close(opened, ends)
            throw error
        }
        sockets = opened
        do throws(ThreadError) {
            try SystemThread.startDetached { [self, sockets] in
                var reception = Reception(sockets, waker, limits)
                reception.run { asked, isPath in reply(to: asked, isPath: isPath, answer) }
                Self.close(sockets, [waker])
                isOver.update { $0 = true }
            }
        } catch {
            Self.close(opened, ends)
            throw ListenError(error.description)
        }
    }

    private static func close(_ sockets: [ListenSocket], _ descriptors: [Int32]) {
        for socket in sockets { socket.close() }
        for descriptor in descriptors { Glibc.close(descriptor) }
    }

    /// From now on visitors have to know this.
    package func renew(token: [UInt8]) { doorkeeper.withLock { $0.token = token } }

    /// Ends, and waits until it has.
    package func stop() {
        guard let end = leash.withLock({ $0.take() }) else { return }
        Glibc.close(end)
        _ = isOver.wait(atMost: .seconds(2)) { $0 ? true : nil }
    }

    private func reply(to asked: Result<Inquiry, Inquiry.Refusal>, isPath: Bool, _ answer: Answer) -> Reply {
        switch asked {
        case .failure(let refusal): Reply(refusal)
        case .success(let inquiry):
            doorkeeper.withLock { $0 }.refusal(of: inquiry, isPath: isPath) ?? answer(inquiry)
        }
    }
}
