import ArgumentParser

/// What --list, --get and --watch show, and of which keys.
struct EtcdReadingOptions: ParsableArguments {
    @Option(help: "With --list, --watch or --recursive: only keys that start so.") var prefix: String?
    @Flag(help: "With --list: nothing but the keys, one per line.") var keysOnly = false
    @Flag(help: "With --list: only how many keys there are.") var count = false
    @Option(help: ArgumentHelp("With --list: at most so many keys.", valueName: "count")) var limit: Int64?
    @Option(help: ArgumentHelp("With --list or --get: as it was at this revision.", valueName: "revision"))
    var atRevision: Int64?
    @Option(
        help: ArgumentHelp("With --watch: changes from this revision on (default: from now).", valueName: "revision"))
    var fromRevision: Int64?
    @Flag(help: "With --list or --get: the lease of keys that have a time to live.") var lease = false
    @Flag(help: "With --list, --get or --watch: show pcocc's values as partitions, with what is wrong with them.")
    var decode = false

    func checkValues() throws {
        if keysOnly, count || lease || decode {
            throw ValidationError("--keys-only goes without --count, --lease and --decode.")
        }
        if count, limit != nil || lease || decode {
            throw ValidationError("--count goes without --limit, --lease and --decode.")
        }
        for (name, number) in [("--limit", limit), ("--at-revision", atRevision), ("--from-revision", fromRevision)] {
            if let number, number < 1 { throw ValidationError("\(name) \(number): expected at least 1.") }
        }
    }
}
