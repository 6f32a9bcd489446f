import Fabric
import Planning
import Testing

@testable import Settings

@Suite("Values of options")
struct OptionValueTests {
    @Test("A managed range has two ends in order, and several stand with commas between")
    func ranges() throws {
        #expect(try ManagedRange(parsing: "0x3000-0x3001,0x1-0x2").description == "0x1-0x2,0x3000-0x3001")
        for text in ["", "0x1", "0x1-", "0x2-0x1", "0x1-0x2,", "0x0-0x5", "0x1-0x7fff", "1-2", "0x1-0x2-0x3"] {
            #expect(throws: (any Error).self, "\(text)") { try ManagedRange(parsing: text) }
        }
    }

    @Test("The threshold of the deletion guard is a percentage, or off")
    func thresholds() throws {
        #expect(try DeletionGuard.Threshold(parsing: "20%") == DeletionGuard.Threshold(parsing: "20"))
        #expect(try DeletionGuard.Threshold(parsing: "off").least == .max)
        for text in ["", "%", "101", "-1", "5.5", "Off"] {
            #expect(throws: MalformedValue.self, "\(text)") { try DeletionGuard.Threshold(parsing: text) }
        }
    }

    @Test("A ledger is in etcd, or in a file with an absolute path")
    func places() throws {
        #expect(try LedgerPlace(parsing: "etcd") == .etcd)
        #expect(try LedgerPlace(parsing: "file:/a/b") == .file("/a/b"))
        for text in ["", "file:", "file:a", "file:/a/", "/a", "ETCD", "file/a", "file:\u{301}/a"] {
            #expect(throws: MalformedValue.self, "\(text)") { try LedgerPlace(parsing: text) }
        }
    }

    @Test(
        "A ledger in a file has one place where nobody says which: systemd's directory, or else the one of the package")
    func standardPlace() throws {
        for (variables, path) in [
            ([:], "/var/lib/surf-ufm-pkeyd/ledger.json"),
            (["STATE_DIRECTORY": ""], "/var/lib/surf-ufm-pkeyd/ledger.json"),
            (["STATE_DIRECTORY": "/srv/a"], "/srv/a/ledger.json"),
            (["STATE_DIRECTORY": "/srv/a/:/b"], "/srv/a/ledger.json"),
        ] {
            let environment = ProcessEnvironment(variables)
            #expect(try LedgerPlace(parsing: "file", environment) == .file(path), "\(variables)")
            // What was said counts.
            #expect(try LedgerPlace(parsing: "file:/c/d", environment) == .file("/c/d"))
        }
    }

    @Test("A GUID is in one list of members, or in two that agree")
    func members() throws {
        func lists(_ guids: String, full: String, limited: String) throws -> MemberLists {
            MemberLists(
                guids: [try GUIDArgument(argument: guids)], full: [try GUIDArgument(argument: full)],
                limited: [try GUIDArgument(argument: limited)], membership: .full, index0: true)
        }
        let (a, b) = ("0000000000000001", "0000000000000002")
        let members = try lists("\(b),\(a)", full: a, limited: "").load()
        #expect(members.map(\.guid.description) == [a, b])
        #expect(members.allSatisfy { $0.membership == .full && $0.index0 })
        #expect(try lists("", full: a, limited: b).load().map(\.membership) == [.full, .limited])
        let contradiction = #expect(throws: SettingsError.self) { try lists(a, full: "", limited: a).load() }
        #expect(contradiction?.description == "\(a) is given as full and as limited: nothing was changed")
    }
}
