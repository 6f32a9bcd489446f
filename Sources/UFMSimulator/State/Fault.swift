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
        /// What the path, from `/ufmRest` on and with its query, must begin with.
        package var path: String
        /// How many requests it still happens to; nil for all until it is removed.
        package var count: Int?

        /// A fault for the next `count` requests of that method below that path.
        package init(_ kind: Kind, method: String? = nil, path: String = "/", count: Int? = 1) {
            self.kind = kind
            self.method = method
            self.path = path
            self.count = count
        }

        func matches(_ request: SimulatedRequest) -> Bool {
            (method == nil || method == request.method) && request.target.hasPrefix(path)
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

extension [UFMSimulator.Fault] {
    /// The first fault that matches, counted down, and removed when it was its last.
    mutating func take(for request: SimulatedRequest) -> UFMSimulator.Fault? {
        guard let index = firstIndex(where: { $0.matches(request) }) else { return nil }
        let fault = self[index]
        if let count = fault.count {
            if count > 1 { self[index].count = count - 1 } else { remove(at: index) }
        }
        return fault
    }
}
