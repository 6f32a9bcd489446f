import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

@testable import Ledger

/// What people leave for the daemon, beside a ledger file.
@Suite("Instructions beside a file", .timeLimit(.minutes(20)))
struct InstructionTests {
    private let directory: TemporaryDirectory
    private let pkey: PKey

    init() throws {
        directory = try TemporaryDirectory("instructions")
        pkey = try PKey(parsing: "0x2500")
    }

    private func board(_ fabric: String = "default", ledger: String = "ledger.json") -> FileInstructions {
        FileInstructions(
            besideLedger: directory.file(ledger), fabric: fabric, interval: .milliseconds(5))
    }

    private var approval: Instruction.What { .approve([pkey: RecordVersion(17)]) }

    /// What a daemon on that board hears while the body runs.
    private func following<Value: Sendable>(
        _ board: FileInstructions, _ body: (Watched<[Instruction]>) async throws -> Value
    ) async throws -> Value {
        let heard = Watched<[Instruction]>([])
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await board.follow { instruction in heard.update { $0.append(instruction) } } }
            try await eventually("the directory") { DropExists.at(directory.file("requests")) }
            let value = try await body(heard)
            group.cancelAll()
            return value
        }
    }

    @Test("An instruction is told once, taken once, and answered in its place")
    func way() async throws {
        let guid = try GUID(parsing: "043f720300f55101")
        let note = ConflictNote(key: "/p/0x2500", revision: 12, Conflict([guid], name: "storage"))
        for what in [approval, .adopt([pkey: note])] {
            try await following(board()) { heard in
                let id = try await board().leave(what)
                #expect(await heard.wait(timeout: .untilHung) { $0.isEmpty ? nil : $0 } == [Instruction(id, what)])
                #expect(try await !board().isTaken(id))
                #expect(try await board().take(id))
                #expect(try await !board().take(id))
                #expect(try await board().isTaken(id))
                #expect(try await !board().withdraw(id))
                #expect(try await board().outcome(of: id) == nil)
                let outcome = InstructionOutcome(done: [pkey], changed: [], problem: "no")
                try await board().answer(id, outcome)
                #expect(try await board().outcome(of: id) == outcome)
                #expect(heard.read { $0.count } == 1)
            }
        }
    }

    @Test("What nobody takes is taken back, and then nobody can take it")
    func nobody() async throws {
        let clock = ManualClock()
        try await following(board()) { _ in
            async let told = tell(clock)
            // It looks ten times a second, for five seconds.
            for _ in 0..<50 {
                try await clock.waitForSleepers(count: 1)
                clock.advance(by: .milliseconds(100))
            }
            #expect(await told == .failure(.nobody))
            let left = try DropExists.names(in: directory.file("requests"))
            #expect(left.isEmpty)
        }
    }

    private func tell(_ clock: ManualClock) async -> Result<InstructionOutcome, Telling<ManualClock>.Problem> {
        do throws(Telling<ManualClock>.Problem) {
            return .success(try await Telling(board(), clock: clock)(approval))
        } catch {
            return .failure(error)
        }
    }

    @Test("The daemon of another fabric, or of another file, does not hear it")
    func others() async throws {
        try await following(board("other")) { heard in
            try await following(board(ledger: "second.json")) { second in
                try await following(board()) { ours in
                    _ = try await board().leave(approval)
                    #expect(await ours.wait(timeout: .untilHung) { $0.isEmpty ? nil : true } == true)
                    #expect(heard.read { $0.isEmpty } && second.read { $0.isEmpty })
                }
            }
        }
    }

    @Test("Without a daemon's directory nothing can be left, and that is said")
    func noDirectory() async throws {
        let failure = await #expect(throws: Failure.self) { try await board().leave(approval) }
        #expect(failure?.message.contains("which a daemon makes") == true)
    }

    @Test("What is shown for an approval and for an adoption is what is told")
    func shown() throws {
        let guarded = LedgerRecord(.guarded, key: "/p/0x2500", revision: 12)
        var stored = StoredRecords()
        stored.add(
            StoredRecord(LedgerEntry(record: guarded, time: nil, version: RecordVersion(17)), of: pkey, at: "/x"))
        #expect(GuardedDeletions(stored).approval == approval)
        let note = ConflictNote(key: "/p/0x2501", revision: 3, Conflict([GUID]()))
        let other = try PKey(parsing: "0x2501")
        stored.conflicts = [other: note, pkey: note]
        // Of one that has a record the note is of an earlier time.
        #expect(StandingConflicts(stored, of: nil).adoption == .adopt([other: note]))
        #expect(StandingConflicts(stored, of: [pkey]).shown.isEmpty)
    }
}
