import Fabric
import Planning
import Testing

@Suite("What may be touched")
struct LimitsTests {
    private let pkey: PKey
    private let wanted: Intent

    init() throws {
        pkey = try PKey(parsing: "0x200e")
        let member = Member(guid: try GUID(parsing: "043f720300f55176"), index0: true)
        wanted = .present(try #require(DesiredPartition(members: [member], ipOverIB: false)))
    }

    private func range(_ texts: (String, String)...) throws -> ManagedRange {
        ManagedRange(try texts.map { try PKey(parsing: $0.0)...PKey(parsing: $0.1) })
    }

    @Test("A range has its ends and what is between them, and the union of several is meant")
    func ranges() throws {
        let range = try range(("0x3800", "0x38ff"), ("0x2000", "0x3000"))
        for inside in ["0x2000", "0x2800", "0x3000", "0x3800", "0x38ff"] {
            #expect(range.contains(try PKey(parsing: inside)))
        }
        for outside in ["0x1fff", "0x3001", "0x37ff", "0x3900", "0x1", "0x7ffe"] {
            #expect(!range.contains(try PKey(parsing: outside)))
        }
        #expect(range.description == "0x2000-0x3000,0x3800-0x38ff")
    }

    @Test("Without a range every PKey may be touched")
    func everything() throws {
        for inside in ["0x1", "0x200e", "0x7ffe"] {
            #expect(ManagedRange.everything.contains(try PKey(parsing: inside)))
        }
        #expect(ManagedRange.everything.description == "0x1-0x7ffe")
    }

    @Test("A policy admits what it says and holds the rest")
    func policies() {
        for intent in [wanted, .absent, .held(.unreadable)] {
            #expect(Limits().admitted(intent, for: pkey) == intent)
            #expect(Limits(policy: .report).admitted(intent, for: pkey) == .held(.policy))
        }
        let upsertOnly = Limits(policy: .upsertOnly)
        #expect(upsertOnly.admitted(wanted, for: pkey) == wanted)
        #expect(upsertOnly.admitted(.absent, for: pkey) == .held(.policy))
        #expect(upsertOnly.admitted(.held(.unreadable), for: pkey) == .held(.unreadable))
    }

    @Test("Outside the range everything is held, under any policy", arguments: Policy.allCases)
    func outside(policy: Policy) throws {
        let limits = Limits(policy: policy, range: try range(("0x3000", "0x3fff")))
        for intent in [wanted, .absent, .held(.unreadable)] {
            #expect(limits.admitted(intent, for: pkey) == .held(.outsideRange))
        }
    }
}
