import UFMModel

extension UFMSimulator {
    /// Something that goes wrong with some requests.
    package struct Fault: Sendable, Equatable {
        /// What goes wrong.
        package enum Kind: Sendable, Equatable {
            /// Answers that status with Apache's page, and does nothing.
            case status(Int)
            /// Does what was asked, and answers that status with Apache's page.
            case statusAfterActing(Int)
            /// Answers with this body, and does nothing.
            case answer(status: Int, contentType: String, body: String)
            /// Waits longer before it acts and answers.
            case delay(Duration)
            /// Never acts and never answers; the connection stays open.
            case hang
            /// Closes the connection without acting.
            case cutBeforeActing
            /// Does what was asked, and closes the connection without a reply.
            case cutAfterActing
            /// Does what was asked, announces the whole body, sends half of it and closes the connection.
            case truncateBody
            /// Acts and answers, and acts once more after that time, as a delayed duplicate does; the log has it as
            /// a request of its own with the fault `duplicate`.
            case repeatAfter(Duration)
        }

        /// What goes wrong.
        package var kind: Kind
        /// The method it happens to; nil for all.
        package var method: String?
        /// What the path with its query must begin with, from `/ufmRest` on or from behind any such prefix on.
        package var path: String
        /// What the body must contain: the PKey, where the path does not name it.
        package var containing = ""
        /// The server's wish, with a ``Kind/status(_:)``.
        package var retryAfter: Duration?
        /// How many requests it still happens to; nil for all until it is removed.
        package var count: Int?
        /// How many requests it lets pass before the first.
        package var skip = 0
        /// How long after it was set it begins.
        package var after = Duration.zero
        /// How long it lasts from then on; nil for as long as its count does.
        package var lasting: Duration?

        /// A fault for the next `count` requests of that method below that path.
        package init(_ kind: Kind, method: String? = nil, path: String = "/", count: Int? = 1) {
            self.kind = kind
            self.method = method
            self.path = path
            self.count = count
        }

        func matches(_ request: SimulatedRequest) -> Bool {
            guard method == nil || method == request.method else { return false }
            guard containing.isEmpty || String(decoding: request.body, as: UTF8.self).contains(containing) else {
                return false
            }
            if request.target.hasPrefix(path) { return true }
            guard let (gate, _) = Gate.split(request.path) else { return false }
            return request.target.dropFirst(gate.prefix.count).hasPrefix(path)
        }
    }
}

extension UFMSimulator.Fault.Kind {
    /// The name in the request log and on the control port.
    package var name: String {
        switch self {
        case .status: "status"
        case .statusAfterActing: "status-after"
        case .answer: "answer"
        case .delay: "delay"
        case .hang: "hang"
        case .cutBeforeActing: "cut-before"
        case .cutAfterActing: "cut-after"
        case .truncateBody: "truncate"
        case .repeatAfter: "repeat"
        }
    }
}

/// The faults that are set, in the order in which they are tried.
struct FaultList {
    private struct Entry {
        var fault: UFMSimulator.Fault
        /// When it begins and ends, on the monotonic clock.
        let begin: Int64
        let end: Int64
    }

    private var entries: [Entry] = []

    /// The faults that are left.
    var faults: [UFMSimulator.Fault] { entries.map(\.fault) }

    mutating func add(_ faults: [UFMSimulator.Fault], at now: Moment) {
        for fault in faults {
            let begin = now.monotonic + Int64(fault.after.milliseconds) * 1_000_000
            let end = fault.lasting.map { begin + Int64($0.milliseconds) * 1_000_000 } ?? .max
            entries.append(Entry(fault: fault, begin: begin, end: end))
        }
    }

    mutating func removeAll() {
        entries = []
    }

    /// The first fault that happens to the request, counted down, and removed when it was its last.
    mutating func take(for request: SimulatedRequest, at now: Moment) -> UFMSimulator.Fault? {
        guard !entries.isEmpty else { return nil }
        entries.removeAll { $0.end <= now.monotonic }
        for index in entries.indices
        where entries[index].begin <= now.monotonic && entries[index].fault.matches(request) {
            guard entries[index].fault.skip == 0 else {
                entries[index].fault.skip -= 1
                continue
            }
            let fault = entries[index].fault
            if let count = fault.count {
                if count > 1 { entries[index].fault.count = count - 1 } else { entries.remove(at: index) }
            }
            return fault
        }
        return nil
    }
}
