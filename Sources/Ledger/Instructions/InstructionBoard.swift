package import Reconciler

/// Where instructions stand, beside the ledger: people leave them, and the daemon takes and answers them.
package protocol InstructionBoard: InstructionDesk {
    /// Leaves an instruction; it is gone by itself after a minute.
    func leave(_ what: Instruction.What) async throws(Failure) -> String
    /// Takes back what nobody has taken; says whether that was so.
    func withdraw(_ id: String) async throws(Failure) -> Bool
    /// What became of an instruction; nil until it is answered.
    func outcome(of id: String) async throws(Failure) -> InstructionOutcome?
    /// Whether an instruction has been taken or answered, or is gone.
    func isTaken(_ id: String) async throws(Failure) -> Bool
}

/// Tells the daemon something, and waits for its answer.
package struct Telling<C: Clock<Duration>>: Sendable {
    package enum Problem: Error, Hashable {
        /// No daemon has taken it in time; it is taken back.
        case nobody
        /// A daemon has taken it, and has not answered.
        case unanswered
        case failed(Failure)
    }

    /// How long a daemon may take to take it, and then to answer.
    private static var patience: (take: Duration, answer: Duration) { (.seconds(5), .seconds(30)) }
    private static var interval: Duration { .milliseconds(100) }

    private let board: any InstructionBoard
    private let clock: C

    package init(_ board: any InstructionBoard, clock: C) {
        self.board = board
        self.clock = clock
    }

    /// - Returns: what became of it, by the daemon's own word.
    package func callAsFunction(_ what: Instruction.What) async throws(Problem) -> InstructionOutcome {
        let outcome: InstructionOutcome?
        let isTaken: Bool
        do throws(Failure) {
            let id = try await board.leave(what)
            isTaken = try await self.isTaken(id)
            outcome = isTaken ? try await answer(to: id) : nil
        } catch {
            throw .failed(error)
        }
        guard isTaken else { throw .nobody }
        guard let outcome else { throw .unanswered }
        return outcome
    }

    /// Waits until it is taken; takes it back where nobody does.
    private func isTaken(_ id: String) async throws(Failure) -> Bool {
        let end = clock.now.advanced(by: Self.patience.take)
        while clock.now < end {
            if try await board.isTaken(id) { return true }
            try? await clock.sleep(for: Self.interval)
        }
        // It may be taken at this very moment.
        return try await !board.withdraw(id)
    }

    private func answer(to id: String) async throws(Failure) -> InstructionOutcome? {
        let end = clock.now.advanced(by: Self.patience.answer)
        while clock.now < end {
            if let outcome = try await board.outcome(of: id) { return outcome }
            try? await clock.sleep(for: Self.interval)
        }
        return nil
    }
}
