import TestSupport
import Testing
import Usage

/// What is misspelt or misplaced is named, whatever else is missing: over every option of every mode, as the program
/// describes itself.
@Suite("The command line")
struct CommandLineTests {
    private func catalog() async throws -> OptionCatalog {
        let command = Command(try Programs.pkeyd(), ["--experimental-dump-help"])
        return try #require(OptionCatalog(dump: try await CommandRunner.run(command).output))
    }

    @Test("Every option of every mode with one letter left out is named as it was typed, and the right one is offered")
    func misspelt() async throws {
        let catalog = try await catalog()
        #expect(catalog.modes.count >= 5)
        var count = 0
        for mode in catalog.modes {
            for option in mode.options {
                let name = try #require(option.names.first)
                guard name.hasPrefix("--"), name.count > 5 else { continue }
                for place in 3..<name.count {
                    var typed = name
                    typed.remove(at: typed.index(typed.startIndex, offsetBy: place))
                    guard mode.option(typed) == nil else { continue }
                    let complaint = Complaint.about([mode.name, typed, "s3cret"], catalog)
                    #expect(
                        complaint?.contains("'\(typed)'") == true, "\(mode.name) \(typed): \(complaint ?? "nothing")")
                    #expect(
                        complaint?.contains("Did you mean") == true, "\(mode.name) \(typed): \(complaint ?? "nothing")")
                    #expect(complaint?.contains("s3cret") != true)
                    count += 1
                }
            }
        }
        #expect(count > 500)
    }

    @Test("Every option that another mode has is named with that mode")
    func misplaced() async throws {
        let catalog = try await catalog()
        for mode in catalog.modes {
            for other in catalog.modes {
                for option in other.options where !option.names.contains(where: { mode.option($0) != nil }) {
                    let name = try #require(option.names.first)
                    let complaint = Complaint.about([mode.name, name], catalog)
                    #expect(complaint?.hasPrefix("\(name) is an option of ") == true, "\(mode.name) \(name)")
                    #expect(complaint?.contains("`\(other.name)`") == true, "\(mode.name) \(name)")
                }
            }
        }
    }

    @Test("No option with an empty end behind its equals sign takes the next word")
    func equalsSigns() async throws {
        let catalog = try await catalog()
        for mode in catalog.modes {
            for option in mode.options where option.takesValue {
                for name in option.names {
                    let complaint = Complaint.about([mode.name, "\(name)=", "/keep/"], catalog)
                    #expect(complaint?.hasPrefix("\(name)=: nothing stands behind the equals sign") == true)
                }
            }
        }
    }

    @Test("The tables of what goes with what name options that are there, and the help says the same")
    func tables() async throws {
        let catalog = try await catalog()
        let dump = try await CommandRunner.run(Command(try Programs.pkeyd(), ["--experimental-dump-help"])).output
        #expect(!dump.isEmpty)
        for table in OperationTable.all {
            let mode = try #require(catalog.mode(table.mode))
            for companion in table.companions {
                for name in companion.names + companion.with {
                    #expect(mode.option(name) != nil, "\(table.mode) \(name)")
                }
                let complaint = table.complaint([companion.names[0], "x"])
                for name in companion.with {
                    #expect(complaint?.contains(name) == true, "\(table.mode) \(companion.names)")
                }
                for name in companion.with { #expect(table.complaint([name] + [companion.names[0]]) != complaint) }
            }
        }
    }

    /// Command lines with what is said of them first of all, on the program itself.
    static let rows: [(words: String, says: String)] = [
        ("--dryrun", "'--dryrun' of `monitor`. Did you mean '--dry-run'?"),
        ("monitor --ufm-usr admin", "Did you mean '--ufm-user'?"),
        ("--list", "--list is an option of `ufm` and `etcd`"),
        ("--username admin --list", "here it is --ufm-user"),
        ("--debug status", "'status' is a mode: it comes first"),
        ("--config-dir /tmp ufm --username a --list", "'ufm' is a mode: it comes first"),
        ("ufm --username admin --lst", "Did you mean '--list'?"),
        ("etcd --lst", "Did you mean '--list'?"),
        ("ufm --ufm-user admin --list", "here it is --username"),
        ("ufm --username a --pkey 0x5000 --guid 0002", "Did you mean '--guids'?"),
        ("etcd --list --ufm-user a", "--ufm-user is an option of `monitor` and `plan`"),
        ("ufm --username a --list --etcd-password x", "--etcd-password goes with --managed"),
        ("etcd --watch --recursive", "--recursive goes with --delete"),
        ("ufm --username admin --ufm-host h --list", "here it is --host"),
        ("plan --username b", "here it is --ufm-user"),
        ("plan --dry-run", "--dry-run is an option of `monitor` and `ufm`"),
        ("help monitr", "Did you mean 'monitor'?"),
        ("ufm --username a --list --etcd-timeout 4", "--etcd-timeout goes with --managed"),
        ("ufm --username a --list --membership limited", "--membership goes with --pkey"),
        ("ufm --username a --get-pkey 0x1 --no-index0", "--no-index0 goes with --pkey or --create-pkey"),
        ("ufm --username a --ping --ip-over-ib", "--ip-over-ib goes with --pkey or --create-pkey"),
        ("ufm --username a --create-pkey 0x4 --membership limited", "--membership goes with --pkey"),
        ("etcd --recursive --yes --prefix= /keep/", "--prefix=: nothing stands behind the equals sign"),
        ("monitor --ufm-password= s3cret --ufm-user x", "--ufm-password=: nothing stands behind the equals sign"),
        ("ufm --username a --pasword s3cret --list", "Did you mean '--password'?"),
    ]

    @Test("names the culprit in one line, never a password, with exit code 64")
    func program() async throws {
        try await withTemporaryDirectory { directory in
            for (words, says) in Self.rows {
                let result = try await CommandRunner.run(
                    Command(
                        try Programs.pkeyd(), words.split(separator: " ").map(String.init),
                        environment: ["PCOCC_SYSTEM_CONF_DIR": directory.file("none")]))
                #expect(result.status == .code(64), "\(words)")
                #expect(result.output == "", "\(words)")
                #expect(result.errors.contains(says), "\(words): \(result.errors)")
                #expect(result.errors.split(separator: "\n").count == 1, "\(words)")
                #expect(!result.errors.contains("s3cret"), "\(words)")
            }
        }
    }

    @Test("Bytes that are no text are refused before anything is done with what they would become")
    func oddBytes() async throws {
        let script = "exec \"$0\" etcd --delete \"$(printf '/a\\377')\""
        let command = Command("/bin/sh", ["-c", script, try Programs.pkeyd()])
        let result = try await CommandRunner.run(command)
        #expect(result.status == .code(64))
        #expect(result.errors.contains("argument 3 is not UTF-8 text"))
    }
}
