import Fabric
import FoundationEssentials
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

@testable import Ledger

@Suite("Whether a daemon lives, and how it stands")
struct HealthReportTests {
    private let daemon = Heartbeat.Daemon(
        host: "admin1", process: 812, version: "1.0", started: Date(timeIntervalSince1970: 0))

    private func sighting(_ words: String = "2 partitions: 2 synced", isWell: Bool = true) -> Sighting {
        let heartbeat = Heartbeat(of: daemon, Heartbeat.Summary(.running, isWell: isWell, words))
        return Sighting(name: "/alive/\(daemon.name)", heartbeat: heartbeat, created: 1)
    }

    private func stored(_ states: [UInt16: LedgerRecord.State], error: String? = nil) throws -> StoredRecords {
        var stored = StoredRecords()
        for (number, state) in states {
            let pkey = try FileLedgerHarness.pkey(number)
            let record = LedgerRecord(state, key: FileLedgerHarness.key(pkey), revision: 10, error: error)
            stored.add(.record(pkey, LedgerEntry(record: record, time: nil, version: RecordVersion(1))))
        }
        return stored
    }

    // MARK: Words

    private func words(_ sightings: [Sighting], _ stop: String? = nil, _ heard: String? = nil) -> String {
        Presence(
            sightings, stop: stop.map { About.CleanStop(host: "admin1", time: $0) },
            heard: heard.map { Presence.Heard(host: "admin2", time: $0) }
        ).words { String($0.dropFirst(11).prefix(5)) }
    }

    @Test("Who lives is named with how it stands; more than one, or one without words, is said so")
    func living() {
        #expect(
            words([sighting()])
                == "a daemon runs on admin1 (process 812, version 1.0, since 00:00): 2 partitions: 2 synced")
        let strange = Sighting(name: "/alive/x", heartbeat: nil, created: 2)
        #expect(words([strange]) == "a daemon runs, of which nothing can be read")
        #expect(
            words([sighting(), strange])
                == "2 daemons run, and one is right: on admin1 (process 812, version 1.0, since 00:00) and on 1 of which nothing can be read"
        )
    }

    @Test("Where none lives it is said since when: after a stop in good order, and after a crash")
    func dead() {
        let (early, late) = ("2026-01-31T12:00:00Z", "2026-01-31T12:30:00Z")
        #expect(words([]) == "no daemon runs (none was ever heard)")
        #expect(words([], late) == "no daemon runs (stopped 12:30 on admin1)")
        #expect(words([], late, early) == "no daemon runs (stopped 12:30 on admin1)")
        #expect(words([], late, late) == "no daemon runs (stopped 12:30 on admin1)")
        let lost = "no daemon runs (nobody was heard since 12:30; it was on admin2 and took no leave)"
        #expect(words([], early, late) == lost && words([], nil, late) == lost)
        // A heartbeat that stands is of one that came in the second in which another left.
        let standing = Presence.Heard(host: "admin2", time: late, isStanding: true)
        let presence = Presence([], stop: About.CleanStop(host: "admin1", time: late), heard: standing)
        #expect(presence.lost == standing && presence.stop == nil)
    }

    // MARK: Health

    private func health(_ sightings: [Sighting], _ stored: StoredRecords) -> HealthReport {
        let presence = Presence(sightings, stop: nil, heard: nil)
        return HealthReport(presence, inWords: presence.words { $0 }, stored)
    }

    @Test("All in step is 0; without a daemon it is 2, whatever the records say")
    func levels() throws {
        let well = try stored([0x2000: .synced, 0x2001: .claimed, 0x2002: .approved, 0x2003: .deleting])
        #expect(health([sighting()], well).level == .well)
        #expect(health([], well).level == .dead)
        #expect(health([], StoredRecords()).line.hasPrefix("CRITICAL: no daemon runs (none was ever heard)|daemons=0 "))
        #expect(health([sighting(), sighting()], well).level == .troubled)
    }

    @Test("What is failing, held or guarded is 1 and named", arguments: [LedgerRecord.State.failing, .held, .guarded])
    func troubled(state: LedgerRecord.State) throws {
        let found = health([sighting()], try stored([0x2000: .synced, 0x2001: state]))
        #expect(found.level == .troubled)
        #expect(
            found.line.hasPrefix("WARNING: 1 \(state.rawValue): [0x2001]|daemons=1 partitions=2 claimed=0 synced=1 "))
        #expect(found.line.contains(" \(state.rawValue)=1"))
    }

    @Test("So are a deletion that UFM refuses, a conflict, a record that cannot be read, and a full etcd")
    func others() throws {
        let deleting = health([sighting()], try stored([0x2001: .deleting], error: "no"))
        #expect(deleting.level == .troubled && deleting.words == "1 failing: [0x2001]")
        var conflict = StoredRecords()
        let pkey = try FileLedgerHarness.pkey(0x2001)
        conflict.conflicts[pkey] = ConflictNote(key: "/p/0x2001", revision: 3, Conflict([GUID]()))
        #expect(health([sighting()], conflict).words == "1 in conflict: [0x2001]")
        #expect(health([sighting()], conflict).line.hasSuffix(" conflict=1"))
        var strange = StoredRecords()
        strange.add(.strange(StrangeRecord("/l/0x2001", of: pkey, RecordVersion(1), "no")))
        #expect(health([sighting()], strange).words == "1 held: [0x2001]")
        var full = StoredRecords()
        full.room = .none("alarm NOSPACE")
        #expect(health([sighting()], full).words == "etcd is full: alarm NOSPACE")
    }

    @Test("A daemon that says itself that it is not well is 1, in its words, and a bar in them divides nothing")
    func unwell() throws {
        let found = health([sighting("UFM does not answer | at all", isWell: false)], try stored([:]))
        #expect(found.level == .troubled)
        #expect(found.line.hasPrefix("WARNING: the daemon on admin1 says: UFM does not answer / at all|daemons=1 "))
    }
}
