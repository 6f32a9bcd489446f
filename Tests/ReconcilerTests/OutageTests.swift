import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// Whose trouble a failure is: one partition's, the list's, or the server's.
@Suite("Outages")
struct OutageTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let other: PKey
    private let partition: Partition
    private let synced = LedgerRecord(.synced, key: "/p/0x5", revision: 5)
    private let away = Failure(.unreachable, "gone")

    /// Causes that leave it open whether UFM is well.
    private static let open: [Failure.Cause] = [
        .credentials, .permission, .busy, .unavailable, .timedOut, .connectionLost,
    ]

    init() throws {
        pkey = try PKey(parsing: "0x5")
        other = try PKey(parsing: "0x6")
        partition = try ToldEngine.partition(pkey)
    }

    /// One partition is in step, and its key has gone: its deletion is under way.
    private mutating func beginDeletion() {
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [partition])
        _ = told.tell(
            .source(.changed(revision: 101, [.deleted(key: "/p/0x5", revision: 101)])))
        #expect(told.answer(pkey, .done).onPartitions == [pkey: .step(.delete(pkey))])
    }

    @Test(
        "A refusal of one partition is its own while UFM is well: the ledger says why, and others go on",
        arguments: open)
    mutating func ofOnePartition(cause: Failure.Cause) {
        beginDeletion()
        let failure = Failure(cause, "no", at: .partition(pkey), outcome: .unknown)
        let asked = told.answer(pkey, .written(.failure(failure)))
        #expect(asked.onPartitions == [pkey: .ping])
        #expect(asked.texts.isEmpty)
        let noted = told.answer(pkey, .well)
        var record = LedgerRecord(.deleting, key: "/p/0x5", revision: 0)
        record.error = "no"
        #expect(noted.onPartitions == [pkey: .amend(record)])
        #expect(noted.texts == ["PKey 0x5 is not in step; trying again: no"])
        // It is told once, and written down once.
        _ = told.answer(pkey, .done)
        #expect(told.tell(.timer, at: .seconds(1)).onPartitions == [pkey: .read])
        _ = told.answer(pkey, .read(partition), at: .seconds(1))
        _ = told.answer(pkey, .done, at: .seconds(1))
        _ = told.answer(pkey, .written(.failure(failure)), at: .seconds(1))
        let again = told.answer(pkey, .well, at: .seconds(1))
        #expect(again.onPartitions.isEmpty && again.texts.isEmpty)
    }

    @Test("The question whether UFM is well keeps no other partition waiting", arguments: open)
    mutating func question(cause: Failure.Cause) {
        beginDeletion()
        let failure = Failure(cause, "no", at: .partition(pkey), outcome: .unknown)
        #expect(told.answer(pkey, .written(.failure(failure))).onPartitions == [pkey: .ping])
        let change = told.tell(.source(.changed(revision: 102, [.set(ToldEngine.key("0x6", host: 2, 102))])))
        #expect(change.onPartitions[other]?.isClaim == true)
    }

    @Test(
        "While UFM lets us change nothing, no deletion is authorised, and what is claimed waits for its turn to be written"
    )
    mutating func readOnlyMeanwhile() throws {
        let pkeys = try (1...4).map { try PKey(parsing: "0x\($0)") }
        let ours = pkeys.prefix(3)
        _ = told.begin(
            keys: ours.map { ToldEngine.key("\($0)") },
            ledger: Dictionary(
                uniqueKeysWithValues: ours.map { ($0, LedgerRecord(.synced, key: KeyName("/p/\($0)"), revision: 5)) }),
            fabric: try ours.map { try ToldEngine.partition($0) })
        let news = [ToldEngine.key("0x1", host: 8, 101), ToldEngine.key("0x2", host: 9, 101)]
        var actions = told.tell(.source(.changed(revision: 101, news.map { .set($0) })))
        let forbidden = Failure(.credentials, "403", at: .partition(pkeys[0]))
        for _ in 0..<6 {
            actions = actions.onPartitions.sorted { $0.key < $1.key }.flatMap { pkey, request in
                switch request {
                case .step: told.answer(pkey, .written(.failure(forbidden)))
                case .ping: told.answer(pkey, .well)
                default: told.answer(pkey, .done)
                }
            }
        }
        let soon = Duration.milliseconds(500)
        let gone = told.tell(.source(.changed(revision: 102, [.deleted(key: "/p/0x3", revision: 102)])), at: soon)
        #expect(gone.onPartitions[pkeys[2]]?.isAuthorisation != true)
        let made = told.tell(.source(.changed(revision: 103, [.set(ToldEngine.key("0x4", host: 20, 103))])), at: soon)
        #expect(made.onPartitions[pkeys[3]]?.isClaim == true)
        let after = told.answer(pkeys[3], .done, at: soon)
        #expect(after.onPartitions[pkeys[3]]?.isStep != true)
    }

    @Test("Where UFM lets us change nothing, that is told once for all, and the ledger says it of each")
    mutating func readOnly() throws {
        let keys = (1...9).map { ToldEngine.key("0x\($0)", host: UInt8($0)) }
        var actions = told.begin(keys: keys)
        let forbidden = Failure(.credentials, "403", at: .partition(pkey))
        var (texts, steps, failing) = ([String](), 0, Set<PKey>())
        for _ in 0..<20 {
            var next: [EngineAction] = []
            for claims in actions.batches {
                next += told.tell(.batchClaimed(claims, .success(.written(RecordVersion(1)))))
            }
            for (pkey, request) in actions.onPartitions.sorted(by: { $0.key < $1.key }) {
                switch request {
                case .step:
                    steps += 1
                    next += told.answer(pkey, .written(.failure(forbidden)))
                case .ping: next += told.answer(pkey, .well)
                case .read: next += told.answer(pkey, .read(nil))
                case .amend(let record):
                    #expect(record.error == "403")
                    failing.insert(pkey)
                    next += told.answer(pkey, .done)
                default: next += told.answer(pkey, .done)
                }
            }
            texts += next.texts.filter { !$0.hasPrefix("PKey") && !$0.hasPrefix("Configuring") }
            #expect(!next.texts.contains { $0.contains("not in step") })
            actions = next
        }
        #expect(
            texts == ["UFM lets us read and change nothing; one change at a time is tried, at least once a minute: 403"]
        )
        #expect(failing.count == 9)
        // Those that were under way.
        #expect(steps <= 6)
        // One that is tried again, and taken, sets all free.
        actions = told.tell(.timer, at: .seconds(2))
        var (made, words) = (Set<PKey>(), actions.texts)
        for _ in 0..<20 {
            var next: [EngineAction] = []
            for (pkey, request) in actions.onPartitions.sorted(by: { $0.key < $1.key }) {
                switch request {
                case .step:
                    made.insert(pkey)
                    next += told.answer(pkey, .written, at: .seconds(2))
                case .read:
                    let host = UInt8(truncatingIfNeeded: pkey.number.value)
                    let partition = made.contains(pkey) ? try ToldEngine.partition(pkey, host: host) : nil
                    next += told.answer(pkey, .read(partition), at: .seconds(2))
                default: next += told.answer(pkey, .done, at: .seconds(2))
                }
            }
            words += next.texts
            actions = next
        }
        #expect(words.contains("UFM takes changes again, after 2.0 s"))
        #expect(made.count == 9)
    }

    @Test("It is an outage when UFM does not answer something else either, and that is told once", arguments: open)
    mutating func ofAll(cause: Failure.Cause) {
        beginDeletion()
        _ = told.answer(pkey, .written(.failure(Failure(cause, "no", at: .partition(pkey)))))
        let outage = told.answer(pkey, .pinged(.failure(Failure(.unavailable, "503"))))
        #expect(outage.texts == ["UFM does not answer; trying until it does: 503"])
        let change = told.tell(.source(.changed(revision: 102, [.set(ToldEngine.key("0x6", host: 2, 102))])))
        #expect(change.onPartitions.isEmpty)
    }

    @Test("Where nobody is there, nothing else is asked")
    mutating func unreachable() {
        beginDeletion()
        let outage = told.answer(pkey, .written(.failure(away)))
        #expect(outage.onPartitions.isEmpty)
        #expect(outage.texts == ["UFM does not answer; trying until it does: gone"])
    }

    @Test("A server's wish holds for the partition that it was said of, and for at most a minute")
    mutating func wish() {
        beginDeletion()
        let busy = Failure(.busy, "no", at: .partition(pkey), retryAfter: .seconds(86_400))
        _ = told.answer(pkey, .written(.failure(busy)))
        _ = told.answer(pkey, .well)
        _ = told.answer(pkey, .done)
        let change = told.tell(.source(.changed(revision: 102, [.set(ToldEngine.key("0x6", host: 2, 102))])))
        #expect(change.onPartitions[other]?.isClaim == true)
        #expect(told.tell(.timer, at: .seconds(59)).onPartitions[pkey] == nil)
        #expect(told.tell(.timer, at: .seconds(60)).onPartitions[pkey] == .read)
    }

    @Test("A wish that was said of one partition does not prolong an outage of all")
    mutating func wishInAnOutage() {
        beginDeletion()
        let busy = Failure(.busy, "no", at: .partition(pkey), retryAfter: .seconds(86_400))
        _ = told.answer(pkey, .written(.failure(busy)))
        _ = told.answer(pkey, .pinged(.failure(Failure(.unavailable, "503"))))
        #expect(told.tell(.timer, at: .milliseconds(500)).pingsFabric)
    }

    @Test("A list that alone cannot be read is told once; single partitions are read first, and written")
    mutating func unusableList() {
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [partition])
        let incomplete = Failure(.incomplete, "no members")
        #expect(told.tell(.fabricRead(.failure(incomplete))).pingsFabric)
        let words = "UFM's list of partitions cannot be read, single ones can; trying until it can: no members"
        #expect(told.tell(.fabricPinged(.success(()))).texts == [words])
        let change = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/0x5", revision: 101)])))
        #expect(change.onPartitions == [pkey: .read])
        #expect(told.answer(pkey, .read(partition)).onPartitions[pkey]?.isAuthorisation == true)
        // The keys and the ledger are read all the same, and the list is tried with them.
        let resync = told.tell(.timer, at: .seconds(30))
        #expect(resync.readsFabric && resync.readsLedger)
        #expect(told.tell(.fabricRead(.failure(incomplete)), at: .seconds(31)).pingsFabric)
        #expect(told.tell(.fabricPinged(.success(())), at: .seconds(31)).texts.isEmpty)
        #expect(told.tell(.timer, at: .seconds(61)).readsFabric)
        let back = told.tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))), at: .seconds(62))
        #expect(back.texts.first == "UFM's list of partitions can be read again, after 62.0 s")
    }

    @Test("A list that fails with everything else is an outage; a question ends it, and then comes a read")
    mutating func outage() {
        _ = told.begin(keys: [])
        _ = told.tell(.fabricRead(.failure(Failure(.unavailable, "503"))))
        let outage = told.tell(.fabricPinged(.failure(Failure(.unavailable, "503"))))
        #expect(outage.texts == ["UFM does not answer; trying until it does: 503"])
        let retry = told.tell(.timer, at: .milliseconds(500))
        #expect(retry.pingsFabric && !retry.readsFabric)
        #expect(told.tell(.fabricPinged(.success(())), at: .seconds(1)).readsFabric)
        let back = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .seconds(1)).texts
        #expect(back.first == "UFM answers again, after 1.0 s")
    }

    @Test("A change has an absent UFM asked at once, and never twice in 250 ms")
    mutating func hurry() {
        _ = told.begin(keys: [])
        _ = told.tell(.fabricRead(.failure(away)))
        for tick in [500, 1500, 3500] {
            #expect(told.tell(.timer, at: .milliseconds(tick)).pingsFabric)
            _ = told.tell(.fabricPinged(.failure(away)), at: .milliseconds(tick))
        }
        let key = ToldEngine.key("0x5", 104)
        let change = told.tell(.source(.changed(revision: 104, [.set(key)])), at: .milliseconds(3600))
        #expect(!change.pingsFabric && told.wakeAt == .milliseconds(3750))
        #expect(told.tell(.timer, at: .milliseconds(3750)).pingsFabric)
        // One that comes while the question is under way has it asked once more, and no more often than that.
        _ = told.tell(.source(.changed(revision: 105, [.set(ToldEngine.key("0x6", 105))])), at: .milliseconds(4000))
        _ = told.tell(.fabricPinged(.failure(away)), at: .milliseconds(5000))
        #expect(told.wakeAt == .milliseconds(5250))
        #expect(told.tell(.timer, at: .milliseconds(5250)).pingsFabric)
        _ = told.tell(.fabricPinged(.failure(away)), at: .milliseconds(5300))
        #expect(told.wakeAt == .milliseconds(7300))
    }

    @Test("A UFM that is back is noticed although a list that was asked of it before still hangs")
    mutating func hangingList() {
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [partition])
        #expect(told.tell(.timer, at: .seconds(30)).readsFabric)
        _ = told.tell(
            .source(.changed(revision: 101, [.set(ToldEngine.key("0x5", host: 2, 101))])), at: .seconds(31))
        let slow = Failure(.timedOut, "slow", at: .partition(pkey), outcome: .unknown)
        _ = told.answer(pkey, .written(.failure(slow)), at: .seconds(32))
        _ = told.answer(pkey, .pinged(.failure(away)), at: .seconds(33))
        let question = told.tell(.timer, at: .milliseconds(33_500))
        #expect(question.pingsFabric && !question.readsFabric)
        #expect(told.tell(.timer, at: .seconds(34)).pingsFabric == false)
        let back = told.tell(.fabricPinged(.success(())), at: .seconds(34))
        #expect(!back.readsFabric)
        #expect(back.texts.contains { $0.hasPrefix("UFM's list of partitions cannot be read, single ones can") })
        // The list from before is no reason to write without a look.
        #expect(back.onPartitions == [pkey: .read])
        let list = FabricSnapshot(complete: [partition])
        let answered = told.tell(.fabricRead(.success(list)), at: .seconds(60))
        #expect(answered.texts.contains("UFM's list of partitions can be read again, after 26.0 s"))
    }

    @Test("While it is away UFM is asked a cheap question every two seconds at the least, however long it lasts")
    mutating func probing() throws {
        _ = told.begin(keys: [])
        _ = told.tell(.fabricRead(.failure(away)))
        var asked: [Duration] = []
        while let next = told.wakeAt, next < .seconds(600) {
            guard told.tell(.timer, at: next).pingsFabric else { continue }
            asked.append(next)
            _ = told.tell(.fabricPinged(.failure(away)), at: next)
        }
        #expect(zip(asked, asked.dropFirst()).allSatisfy { $1 - $0 <= .seconds(2) })
        #expect(try #require(asked.last) > .seconds(597))
    }

    // MARK: The start

    @Test(
        "A UFM or an etcd that makes no sense at the start is waited for, however long",
        arguments: [Failure.Cause.malformed, .serverError, .incomplete, .unavailable, .rejected, .busy])
    mutating func starting(cause: Failure.Cause) throws {
        _ = told.tell(.started)
        var now = Duration.zero
        var texts = told.ledger(.failure(Failure(cause, "starting"))).texts
        for _ in 0..<1_000 {
            texts += told.tell(.fabricRead(.failure(Failure(cause, "starting"))), at: now).texts
            now = try #require(told.wakeAt)
            let retry = told.tell(.timer, at: now)
            if retry.readsLedger { texts += told.ledger(.failure(Failure(cause, "starting")), at: now).texts }
        }
        #expect(now > .seconds(1_900))
        #expect(texts.count == 2)
    }

    @Test("Who refuses us at the start is asked for two minutes", arguments: [Failure.Cause.credentials, .permission])
    mutating func refusal(cause: Failure.Cause) throws {
        _ = told.tell(.started)
        let failure = Failure(cause, "no")
        var (now, end) = (Duration.zero, nil as EngineEnd?)
        while end == nil {
            let actions = told.tell(.fabricRead(.failure(failure)), at: now)
            end = actions.end
            guard end == nil else { break }
            if now == .zero {
                #expect(
                    actions.texts == ["UFM does not answer; trying for two minutes, in case it is starting: no"])
            }
            now = try #require(told.wakeAt)
            #expect(told.tell(.timer, at: now).readsFabric)
        }
        #expect(end == .failed(failure))
        #expect(now >= .seconds(120) && now < .seconds(136))
    }

    @Test(
        "What is wrong on our side ends it at once, and so does everything in a single run",
        arguments: [
            Failure.Cause.settings, .untrustedCertificate(reason: "expired"), .credentialsMissing, .certificateName,
            .unreadable,
        ])
    mutating func hopeless(cause: Failure.Cause) {
        let failure = Failure(cause, "no")
        _ = told.tell(.started)
        #expect(told.tell(.fabricRead(.failure(failure))).end == .failed(failure))
        told = ToldEngine()
        _ = told.tell(.started)
        #expect(told.ledger(.failure(failure)).end == .failed(failure))
        told = ToldEngine()
        #expect(told.tell(.sourceEnded(ToldEngine.source, failure)).end == .failed(failure))
        for cause in [Failure.Cause.credentials, .malformed, .unavailable] {
            var configuration = EngineConfiguration(sources: [ToldEngine.source])
            configuration.runsOnce = true
            told = ToldEngine(configuration)
            _ = told.tell(.started)
            #expect(told.tell(.fabricRead(.failure(Failure(cause, "no")))).end == .failed(Failure(cause, "no")))
        }
    }

    @Test("Refusals later are waited out, as passwords may be changed")
    mutating func laterRefusal() {
        _ = told.begin(keys: [])
        let refused = Failure(.credentials, "no")
        #expect(told.tell(.fabricRead(.failure(refused))).pingsFabric)
        for seconds in 0..<300 {
            let actions = told.tell(.fabricPinged(.failure(refused)), at: .seconds(seconds))
            // At its beginning, and once more after a minute.
            #expect(actions.end == nil && actions.texts.count == (seconds == 0 || seconds == 60 ? 1 : 0))
        }
    }

    @Test("A source that refuses its first list is followed anew, and its return is told")
    mutating func sourceAtTheStart() {
        _ = told.tell(.started)
        let failure = Failure(.malformed, "hello")
        let ended = told.tell(.sourceEnded(ToldEngine.source, failure))
        #expect(ended.texts == ["etcd cannot be read; trying until it can: hello"])
        #expect(!ended.follows && told.tell(.timer, at: .milliseconds(500)).follows)
        #expect(told.tell(.sourceEnded(ToldEngine.source, failure), at: .milliseconds(600)).texts.isEmpty)
        #expect(told.tell(.timer, at: .milliseconds(1_600)).follows)
        let list = KeySnapshot(complete: [], revision: 1)
        let back = told.tell(.source(.listed(list, reason: "start")), at: .seconds(2))
        #expect(back.texts.first == "etcd is read again, after 2.0 s")
        #expect(!told.tell(.timer, at: .seconds(9)).follows)
    }
}
