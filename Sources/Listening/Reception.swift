internal import Glibc

/// All connections of a listener, and their turns. Used by one thread alone.
struct Reception {
    private let sockets: [ListenSocket]
    private let waker: Int32
    private let limits: ListenLimits
    /// In the order in which they came.
    private var visitors: [Visitor] = []
    /// How many came in during the second that began then.
    private var second: (begin: ContinuousClock.Instant, count: Int) = (.now, 0)

    init(_ sockets: [ListenSocket], _ waker: Int32, _ limits: ListenLimits) {
        self.sockets = sockets
        self.waker = waker
        self.limits = limits
    }

    /// Goes on until the other end of the waker is closed.
    mutating func run(_ answer: (Result<Inquiry, Inquiry.Refusal>, _ isPath: Bool) -> Reply) {
        while true {
            let isFull = countdown(now: .now) != nil
            var polled = [pollfd(fd: waker, events: Int16(POLLIN), revents: 0)]
            polled += sockets.map { pollfd(fd: isFull ? -1 : $0.descriptor, events: Int16(POLLIN), revents: 0) }
            polled += visitors.map { pollfd(fd: $0.descriptor, events: $0.interest, revents: 0) }
            poll(&polled, nfds_t(polled.count), timeout(now: .now))
            if polled[0].revents != 0 { break }
            let now = ContinuousClock.now
            for (index, polled) in polled.dropFirst(1 + sockets.count).enumerated() {
                if polled.revents != 0 {
                    let isPath = visitors[index].isPath
                    visitors[index].goOn(now: now) { answer($0, isPath) }
                } else if visitors[index].deadline <= now {
                    visitors[index].expire()
                }
            }
            leave()
            for (socket, polled) in zip(sockets, polled.dropFirst()) where polled.revents != 0 {
                letIn(socket, now: now)
            }
        }
        for index in visitors.indices { visitors[index].expire() }
        leave()
    }

    /// How long nobody more is let in, since many were within this second; nil where somebody is.
    private func countdown(now: ContinuousClock.Instant) -> Duration? {
        let left = .seconds(1) - second.begin.duration(to: now)
        return second.count >= limits.perSecond && left > .zero ? left : nil
    }

    /// In milliseconds, as `poll` takes it: for ever where nobody is there and anybody may come.
    private func timeout(now: ContinuousClock.Instant) -> Int32 {
        let next = (visitors.map { now.duration(to: $0.deadline) } + [countdown(now: now)].compactMap(\.self)).min()
        return next.map { Int32(clamping: max(0, Int64(($0 / .milliseconds(1)).rounded(.up)))) } ?? -1
    }

    private mutating func letIn(_ socket: ListenSocket, now: ContinuousClock.Instant) {
        if second.begin.duration(to: now) >= .seconds(1) { second = (now, 0) }
        while second.count < limits.perSecond {
            let descriptor = accept(socket.descriptor, nil, nil)
            guard descriptor >= 0 else {
                // Where no connection can be had for want of files, the next second may be better.
                if errno != EAGAIN, errno != EINTR, errno != ECONNABORTED { second.count = limits.perSecond }
                return
            }
            second.count += 1
            guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
                close(descriptor)
                continue
            }
            if visitors.count >= limits.visitors { makeRoom() }
            visitors.append(Visitor(descriptor, isPath: socket.address.isPath, limits, now: now))
        }
    }

    /// Sends away whoever has waited longest without a word; where all have spoken, whoever came first.
    private mutating func makeRoom() {
        visitors[visitors.firstIndex(where: \.isReading) ?? 0].expire()
        leave()
    }

    private mutating func leave() {
        for visitor in visitors where visitor.isOver { close(visitor.descriptor) }
        visitors.removeAll(where: \.isOver)
    }
}
