import Testing

@testable import Usage

@Suite("What is wrong with a command line")
struct ComplaintTests {
    private static let catalog = OptionCatalog(
        modes: [
            .init(
                name: "monitor",
                options: [
                    .init(names: ["--ufm-user"], takesValue: true, takesMany: false),
                    .init(names: ["--dry-run"], takesValue: false, takesMany: false),
                ], takesWord: false),
            .init(
                name: "tool",
                options: [
                    .init(names: ["--username"], takesValue: true, takesMany: false),
                    .init(names: ["--guids"], takesValue: true, takesMany: true),
                    .init(names: ["--list", "-l"], takesValue: false, takesMany: false),
                    .init(names: ["--prefix"], takesValue: true, takesMany: false),
                ], takesWord: true),
        ], standard: "monitor")

    private func complaint(_ arguments: String...) -> String? {
        Complaint.about(arguments, Self.catalog, twins: [["--ufm-user", "--username"]])
    }

    @Test("A misspelt option is named with the nearest one of its mode, and its value is not repeated")
    func misspelt() {
        #expect(complaint("--dryrun") == "Unknown option '--dryrun' of `monitor`. Did you mean '--dry-run'?")
        #expect(
            complaint("tool", "--usernaem=s3cret")
                == "Unknown option '--usernaem' of `tool`. Did you mean '--username'?")
        #expect(complaint("tool", "--frobnicate", "s3cret") == "Unknown option '--frobnicate' of `tool`.")
    }

    @Test("An option of another mode is named with that mode, and with what it is called here")
    func misplaced() {
        #expect(
            complaint("tool", "--ufm-user", "a")
                == "--ufm-user is an option of `monitor`, not of `tool`: here it is --username")
        #expect(complaint("--list") == "--list is an option of `tool`, not of `monitor`")
    }

    @Test("A mode comes first")
    func mode() {
        #expect(complaint("--dry-run", "tool") == "'tool' is a mode: it comes first, before all options")
        #expect(complaint("--ufm-user", "tool") == nil)
        #expect(complaint("tool", "--guids", "1", "tool") == nil)
    }

    @Test("Nothing behind an equals sign never means the next word")
    func equalsSigns() {
        #expect(complaint("tool", "--prefix=", "/keep/")?.hasPrefix("--prefix=: nothing stands behind") == true)
        #expect(complaint("tool", "--prefix=", "--list") == nil)
        #expect(complaint("tool", "--guids=", "--list") == "--guids=: nothing stands behind the equals sign")
        #expect(complaint("tool", "--list=yes") == "--list takes no value")
        #expect(complaint("tool", "--prefix=/a", "/keep/") == nil)
        #expect(
            EqualsSigns.spelledOut(["tool", "--prefix=", "--list", "--a=b", "c=", "--", "--prefix="])
                == ["tool", "--prefix", "", "--list", "--a=b", "c=", "--", "--prefix="])
    }

    @Test("Values, dashes alone and what stands behind two of them are no options")
    func values() {
        #expect(complaint("tool", "--prefix", "--list") == nil)
        #expect(complaint("tool", "--prefix", "-", "-l", "-5", "--", "--frobnicate") == nil)
    }

    @Test("The nearest word differs in at most a third of its letters, and exchanged letters count once")
    func spelling() {
        #expect(Spelling.nearest(to: "monitr", among: ["plan", "monitor", "status"]) == "monitor")
        #expect(Spelling.nearest(to: "stauts", among: ["plan", "monitor", "status"]) == "status")
        #expect(Spelling.nearest(to: "x", among: ["plan", "monitor"]) == nil)
        #expect(Spelling.distance(Array("ab".utf8), Array("ba".utf8)) == 1)
        #expect(Spelling.distance(Array("".utf8), Array("abc".utf8)) == 3)
    }

    @Test("An option with nothing to go with is named, with what it goes with")
    func companions() throws {
        let table = try #require(OperationTable.all.first { $0.mode == "etcd" })
        #expect(table.complaint(["--get", "/a", "--keys-only"]) == "--keys-only goes with --list.")
        #expect(table.complaint(["--watch", "--recursive"]) == "--recursive goes with --delete or --prefix.")
        #expect(table.complaint(["--list", "--prefix=/a", "--keys-only"]) == nil)
        #expect(table.complaint(["--get", "/a", "--", "--keys-only"]) == nil)
    }
}
