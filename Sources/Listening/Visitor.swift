internal import Glibc

/// One connection: a request is read, an answer written, and it is over. Used by one thread alone.
struct Visitor {
    private enum Phase {
        case reading([UInt8])
        case writing([UInt8], from: Int, isEarly: Bool)
        /// What was on its way when an early answer had gone is read, so that the answer is not lost with it.
        case draining(Int)
        case over
    }

    let descriptor: Int32
    let isPath: Bool
    private let limits: ListenLimits
    private var phase = Phase.reading([])
    private(set) var deadline: ContinuousClock.Instant

    init(_ descriptor: Int32, isPath: Bool, _ limits: ListenLimits, now: ContinuousClock.Instant) {
        self.descriptor = descriptor
        self.isPath = isPath
        self.limits = limits
        deadline = now + limits.patience
    }

    var isOver: Bool { if case .over = phase { true } else { false } }
    /// Whether it has yet to say what it wants.
    var isReading: Bool { if case .reading = phase { true } else { false } }
    /// What it waits for, as `poll` calls it.
    var interest: Int16 { if case .writing = phase { Int16(POLLOUT) } else { Int16(POLLIN) } }

    /// Goes on as far as it gets without waiting.
    ///
    /// - Parameter answer: answers a head, or says what is wrong with it.
    mutating func goOn(now: ContinuousClock.Instant, _ answer: (Result<Inquiry, Inquiry.Refusal>) -> Reply) {
        switch phase {
        case .reading(let head): read(after: head, now: now, answer)
        case .writing: write(now: now)
        case .draining(let count): drain(count)
        case .over: break
        }
    }

    /// Its time is up.
    mutating func expire() { phase = .over }

    private mutating func read(
        after head: [UInt8], now: ContinuousClock.Instant, _ answer: (Result<Inquiry, Inquiry.Refusal>) -> Reply
    ) {
        var (head, buffer) = (head, [UInt8](repeating: 0, count: 4_096))
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                if count < 0, errno == EAGAIN || errno == EINTR { break }
                phase = .over
                return
            }
            // The end may lie across two reads.
            let from = max(0, head.count - 3)
            head += buffer[..<count]
            if let end = Self.end(of: head, from: from) {
                let isEarly = end.upperBound < head.count
                guard end.lowerBound <= limits.head else { return refuse(now: now, answer) }
                do throws(Inquiry.Refusal) {
                    let inquiry = try Inquiry(head: Array(head[..<end.lowerBound]))
                    let reply = answer(.success(inquiry))
                    begin(reply.bytes(hasBody: inquiry.method != "HEAD"), isEarly: isEarly, now: now)
                } catch {
                    begin(answer(.failure(error)).bytes(hasBody: true), isEarly: true, now: now)
                }
                return
            }
            guard head.count <= limits.head else { return refuse(now: now, answer) }
        }
        phase = .reading(head)
    }

    private mutating func refuse(
        now: ContinuousClock.Instant, _ answer: (Result<Inquiry, Inquiry.Refusal>) -> Reply
    ) {
        let refusal = Inquiry.Refusal(status: 431, words: "the head of the request is too long")
        begin(answer(.failure(refusal)).bytes(hasBody: true), isEarly: true, now: now)
    }

    /// The empty line that ends a head.
    private static func end(of head: [UInt8], from start: Int) -> Range<Int>? {
        for index in start..<head.count where head[index] == UInt8(ascii: "\n") {
            if head[(index + 1)...].starts(with: [UInt8(ascii: "\n")]) { return index..<(index + 2) }
            if head[(index + 1)...].starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")]) {
                return index..<(index + 3)
            }
        }
        return nil
    }

    private mutating func begin(_ bytes: [UInt8], isEarly: Bool, now: ContinuousClock.Instant) {
        phase = .writing(bytes, from: 0, isEarly: isEarly)
        deadline = now + limits.patience
        write(now: now)
    }

    private mutating func write(now: ContinuousClock.Instant) {
        guard case .writing(let bytes, var from, let isEarly) = phase else { return }
        while from < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                send(descriptor, raw.baseAddress.map { $0 + from }, bytes.count - from, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if count < 0, errno == EAGAIN || errno == EINTR {
                    phase = .writing(bytes, from: from, isEarly: isEarly)
                } else {
                    phase = .over
                }
                return
            }
            from += count
        }
        guard isEarly else {
            phase = .over
            return
        }
        shutdown(descriptor, Int32(SHUT_WR))
        phase = .draining(0)
        deadline = min(deadline, now + .seconds(1))
    }

    private mutating func drain(_ count: Int) {
        var (total, buffer) = (count, [UInt8](repeating: 0, count: 16_384))
        while total < limits.drained {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                phase = count < 0 && (errno == EAGAIN || errno == EINTR) ? .draining(total) : .over
                return
            }
            total += count
        }
        phase = .over
    }
}
