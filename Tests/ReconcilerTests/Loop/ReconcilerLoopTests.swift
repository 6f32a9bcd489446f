import Fabric
import Logging
import Reconciler
import TestSupport
import Testing

/// The loop around the engine, with servers in memory and a clock that the test moves.
@Suite("The loop", .timeLimit(.minutes(20)))
struct ReconcilerLoopTests {
    private let clock = ManualClock()
    private let board = StatusBoard()
    private let servers = ServersInMemory(keys: [ToldEngine.key("0x5")])
    private let log = LinesInMemory()
    private let isStopped = Watched(false)

    /// Runs a loop until the test has told it to stop, and has done what else it does; gives how the loop ended.
    private func run(
        keepers: [any GateKeeper] = [], witness: (any TurnWitness)? = nil, _ test: () async throws -> Void
    ) async throws -> EngineEnd {
        let logger = Logger(label: "test") { [log] _ in log }
        let loop = ReconcilerLoop(
            EngineConfiguration(), sources: [servers], fabric: servers, ledger: servers, keepers: keepers, board: board,
            witness: witness, log: logger)
        async let end = loop.run(clock: clock) { [isStopped] in _ = await isStopped.wait { $0 ? true : nil } }
        try await test()
        return await end
    }

    private func stop() { isStopped.update { $0 = true } }

    /// Waits until the partition is in step, for the ledger too.
    private func inStep() async {
        _ = await servers.content.wait { $0.records.values.contains { $0.state == .synced } ? true : nil }
    }

    @Test("A key becomes a partition, the board shows what was done, and the log says it")
    func oneKey() async throws {
        let end = try await run {
            await inStep()
            let said = await log.lines.wait { $0.contains("Successfully synchronized PKey 0x5") ? $0 : nil }
            #expect(said?.contains("etcd listed (start): 1 keys at revision 9") == true)
            #expect(said?.contains("Successfully authenticated with UFM at UFM") == true)
            stop()
        }
        #expect(end == .stopped)
        let status = try #require(board.status)
        #expect(status.stage == .ended)
        #expect(status.records == [.synced: 1])
        #expect(status.totals.writes == [EngineStatus.Write(step: "add", outcome: .done): 1])
    }

    @Test("A source that stops telling without a word is followed anew")
    func wordlessEnd() async throws {
        servers.content.update { $0.wordlessEnds = 1 }
        let end = try await run {
            await inStep()
            while servers.content.read(\.followings) < 2 {
                try await clock.waitForSleepers(count: 1)
                clock.advanceToNextDeadline()
                await Task.yield()
            }
            stop()
        }
        #expect(end == .stopped)
    }

    @Test("Everything is read again when the clock comes to the interval, and not before")
    func interval() async throws {
        _ = try await run {
            await inStep()
            try await clock.waitForSleepers(count: 1)
            clock.advance(by: .seconds(29))
            #expect(clock.sleeperCount == 1)
            #expect(servers.content.read(\.fabricReads) == 1)
            clock.advance(by: .seconds(1))
            _ = await servers.content.wait { $0.fabricReads == 2 ? true : nil }
            #expect(servers.content.read(\.fabricReads) == 2)
            stop()
        }
        #expect(board.status?.totals.lastAttempt == .seconds(30))
    }

    /// Tells what the test says.
    private struct Keeper: GateKeeper {
        let reason = WriteGate.Reason.notLeading
        let words: AsyncStream<GateWord>

        func keep(_ tell: @escaping @Sendable (GateWord) -> Void) async {
            for await word in words { tell(word) }
        }
    }

    /// Waits until writing is forbidden for these reasons and no others.
    private func closed(by reasons: Set<WriteGate.Reason>) async {
        while board.status?.closedBy != reasons { await Task.yield() }
    }

    @Test("Nothing is written before a keeper of the gate has opened it, nor once it has closed it or ended")
    func keeper() async throws {
        let (words, election) = AsyncStream.makeStream(of: GateWord.self)
        let end = try await run(keepers: [Keeper(words: words)]) {
            await closed(by: [.notLeading])
            #expect(servers.content.read { !$0.isWritten && $0.records.isEmpty })
            election.yield(.lead(EndlessLease(), nil))
            await inStep()
            election.yield(.close)
            await closed(by: [.notLeading])
            election.yield(.open)
            await closed(by: [])
            election.finish()
            await closed(by: [.notLeading])
            stop()
        }
        #expect(end == .stopped)
    }

    /// Keeps when the loop has turned.
    private struct Turns: TurnWitness {
        let beat = Duration.seconds(2)
        let times = Watched<[Duration]>([])

        func turned(_ status: EngineStatus) { times.update { $0.append(status.at) } }
    }

    @Test("A loop that has nothing to do turns at each beat where somebody looks whether it does, and reads nothing")
    func beat() async throws {
        let turns = Turns()
        _ = try await run(witness: turns) {
            await inStep()
            for beat in 1...5 {
                try await clock.waitForSleepers(count: 1)
                clock.advance(by: .seconds(2))
                _ = await turns.times.wait { $0.contains(.seconds(2 * beat)) ? true : nil }
            }
            #expect(servers.content.read(\.fabricReads) == 1)
            stop()
        }
        #expect(turns.times.read { $0.last } == .seconds(10))
    }

    @Test("A request that does not end is given up when the grace is over, by the same clock")
    func grace() async throws {
        servers.content.update { $0.isHanging = true }
        let end = try await run {
            _ = await servers.content.wait { $0.isWritten ? true : nil }
            // The next resync.
            try await clock.waitForSleepers(count: 1)
            stop()
            // And the grace.
            try await clock.waitForSleepers(count: 2)
            clock.advance(by: .seconds(4))
        }
        #expect(end == .stopped)
        #expect(board.status?.stage == .stopping)
    }
}
