package import Planning
package import Reconciler

/// Keeps the gate closed until the ledger agrees with what a daemon stands on, or somebody confirms it.
///
/// A wider range does not keep the old one waiting: then it asks to be run again with that one alone.
package final class FootingKeeper: GateKeeper {
    package let reason = WriteGate.Reason.unconfirmed

    private static var pause: Duration { .seconds(2) }

    private let ours: Footing
    private let running: ManagedRange
    private let ledger: any InspectableLedger
    private let board: any InstructionDesk
    private let hasOurs: @Sendable () async throws(Failure) -> Bool
    private let runAgain: @Sendable (ManagedRange) -> Void
    private let clock: any Clock<Duration>
    private let say: @Sendable (Message) -> Void
    private let (told, mailbox) = AsyncStream.makeStream(of: Instruction.self)

    /// - Parameters:
    ///   - ours: what the settings say.
    ///   - running: the range with which the engine runs.
    ///   - hasOurs: asks UFM whether it has partitions of ours.
    ///   - runAgain: is told the range with which it is to run instead.
    package init(
        _ ours: Footing, running: ManagedRange, _ ledger: any InspectableLedger, _ board: any InstructionDesk,
        hasOurs: @escaping @Sendable () async throws(Failure) -> Bool,
        runAgain: @escaping @Sendable (ManagedRange) -> Void, clock: any Clock<Duration>,
        say: @escaping @Sendable (Message) -> Void
    ) {
        self.ours = ours
        self.running = running
        self.ledger = ledger
        self.board = board
        self.hasOurs = hasOurs
        self.runAgain = runAgain
        self.clock = clock
        self.say = say
    }

    /// The same desk, but what is said of the footing is heard here.
    package var desk: any InstructionDesk {
        FootingDesk(board: board) { [mailbox] in mailbox.yield($0) }
    }

    package func keep(_ tell: @escaping @Sendable (GateWord) -> Void) async {
        var lastSaid: String?
        while !Task.isCancelled {
            do throws(Failure) {
                let admitted = try await look(saying: &lastSaid)
                if let admitted, !admitted.isSame(as: running) {
                    runAgain(admitted)
                } else if admitted != nil {
                    tell(.open)
                }
                await awaitConfirmation()
                // Nothing is written until it is known what stands now.
                tell(.close)
            } catch {
                if error.isOfOurs, lastSaid != error.message {
                    lastSaid = error.message
                    say(Message(.error, "nothing is written: \(error.message)"))
                }
                try? await clock.sleep(for: Self.pause)
            }
        }
    }

    /// Finds out what may be done, and has the ledger say what this daemon stands on, or what waits; gives the range, nil for
    /// none.
    private func look(saying lastSaid: inout String?) async throws(Failure) -> ManagedRange? {
        let ours = ours
        let known = try await ledger.about().about.footing
        var isOurUFM = known.map { $0.sharesHost(with: ours) } ?? true
        if !isOurUFM { isOurUFM = try await hasOurs() }
        switch ours.verdict(after: known, isOurUFM: isOurUFM) {
        case .stands:
            guard known.map({ !$0.isSame(as: ours) }) ?? true else { return ours.range }
            try await note {
                $0.footing = ours
                $0.waiting = nil
            }
            return ours.range
        case .waits(let admitted):
            let words = known.map { ours.differences(from: $0, isOurUFM: isOurUFM) } ?? ""
            if lastSaid != words {
                lastSaid = words
                let rest = admitted.map { "only \($0) is written" } ?? "nothing is written"
                say(Message(.error, "\(words): \(rest) until somebody says: \(Self.command)"))
            }
            try await note { $0.waiting = ours }
            return admitted
        }
    }

    /// A store that is full takes no word, and deletions go on all the same.
    private func note(_ change: @Sendable (inout About) -> Void) async throws(Failure) {
        do throws(Failure) {
            try await ledger.amendAbout { (about) throws(Failure) in change(&about) }
        } catch {
            guard error.cause == .full else { throw error }
        }
    }

    package static let command = "surf-ufm-pkeyd status --confirm"

    /// Returns when somebody has confirmed what waits, as it was shown to him; or when the task is cancelled.
    private func awaitConfirmation() async {
        for await instruction in told {
            guard case .confirm(let shown) = instruction.what, (try? await board.take(instruction.id)) == true else {
                continue
            }
            var outcome = InstructionOutcome()
            do throws(Failure) {
                try await confirm(shown)
            } catch {
                outcome.problem = error.message
            }
            try? await board.answer(instruction.id, outcome)
            if outcome.problem == nil { return }
        }
    }

    private func confirm(_ shown: Instruction.Confirmation) async throws(Failure) {
        let changed = Failure(.rejected, "what waits for a confirmation is no longer what was shown")
        let ours = ours
        guard shown.after.isSame(as: ours) else { throw changed }
        try await ledger.amendAbout { (about) throws(Failure) in
            guard about.footing == shown.before else { throw changed }
            about.footing = ours
            about.waiting = nil
        }
    }
}

extension ManagedRange {
    fileprivate func isSame(as other: ManagedRange) -> Bool { covers(other) && other.covers(self) }
}

extension Failure {
    /// Whether nobody else tells of it: of a server that is away, or does not take us, its side does.
    fileprivate var isOfOurs: Bool {
        switch cause {
        case .malformed, .permission: true
        case .unreachable, .timedOut, .connectionLost, .unavailable, .busy, .noLeader, .cancelled, .leaseEnded, .tls,
            .untrustedCertificate, .certificateName, .tooLarge, .full, .credentials, .credentialsMissing, .rejected,
            .serverError, .history, .incomplete, .notShown, .settings, .unreadable, .unwritable:
            false
        }
    }
}
