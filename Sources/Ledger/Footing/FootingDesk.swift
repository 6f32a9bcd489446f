import Reconciler

/// A desk at which one hears for himself what is said of what the daemon stands on; the rest is the daemon's.
struct FootingDesk: InstructionDesk {
    let board: any InstructionDesk
    let hear: @Sendable (Instruction) -> Void

    func follow(_ tell: @escaping @Sendable (Instruction) -> Void) async throws(Failure) {
        let hear = hear
        try await board.follow { instruction in
            if case .confirm = instruction.what { hear(instruction) } else { tell(instruction) }
        }
    }

    func take(_ id: String) async throws(Failure) -> Bool { try await board.take(id) }

    func answer(_ id: String, _ outcome: InstructionOutcome) async throws(Failure) {
        try await board.answer(id, outcome)
    }
}
