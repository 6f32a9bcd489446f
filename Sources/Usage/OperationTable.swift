/// Which options of a mode go with which of its operations: from this come the check, and the tests of check and help.
package struct OperationTable: Sendable {
    /// An option that means nothing unless one of some others is given.
    package struct Companion: Sendable {
        /// All its names, with their dashes.
        package let names: [String]
        package let with: [String]

        init(_ names: String..., with: [String]) {
            self.names = names
            self.with = with
        }
    }

    package let mode: String
    /// What goes with some operations only; what is not here goes with all.
    package let companions: [Companion]

    /// A line about the first option that has nothing to go with; nil where each has. The parser would ignore it.
    ///
    /// - Parameter arguments: those behind the mode.
    package func complaint(_ arguments: some Sequence<String>) -> String? {
        var given: Set<String> = []
        // No value begins with two dashes: the parser does not take such a word for one.
        for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
            if case .option(let name, _) = CommandWords.option(argument) { given.insert(name) }
        }
        for companion in companions where given.isDisjoint(with: companion.with) {
            guard let name = companion.names.first(where: given.contains) else { continue }
            return "\(name) goes with \(companion.with.inAlternatives)."
        }
        return nil
    }
}

extension OperationTable {
    /// Of every mode that has such options.
    package static let all = [etcd, ufm, status]

    private static let etcd = OperationTable(
        mode: "etcd",
        companions: [
            Companion("--recursive", with: ["--delete", "--prefix"]),
            Companion("--yes", with: ["--recursive"]),
            Companion("--value", with: ["--put"]),
            Companion("--ttl", with: ["--put"]),
            Companion("--prefix", with: ["--list", "--watch", "--recursive"]),
            Companion("--keys-only", with: ["--list"]),
            Companion("--count", with: ["--list"]),
            Companion("--limit", with: ["--list"]),
            Companion("--at-revision", with: ["--list", "--get"]),
            Companion("--from-revision", with: ["--watch"]),
            Companion("--lease", with: ["--list", "--get"]),
            Companion("--decode", with: ["--list", "--get", "--watch"]),
        ])

    private static let ufm = OperationTable(
        mode: "ufm",
        companions: [
            Companion("--guids", with: ["--list", "--pkey"]),
            Companion("--full", with: ["--pkey"]),
            Companion("--limited", with: ["--pkey"]),
            Companion("--membership", with: ["--pkey"]),
            Companion("--remove-guids", with: ["--pkey"]),
            Companion("--set-guids", with: ["--pkey"]),
            Companion("--index0", "--no-index0", with: ["--pkey", "--create-pkey"]),
            Companion("--ip-over-ib", "--no-ip-over-ib", with: ["--pkey", "--create-pkey"]),
            Companion("--dry-run", with: ["--import"]),
            Companion("--prune", with: ["--import"]),
            Companion("--yes", with: ["--delete-pkey", "--import"]),
            Companion("--managed", with: ["--list", "--get-pkey"]),
            Companion("--fabric", with: ["--managed"]),
            Companion("--ledger", with: ["--managed"]),
            Companion("--etcd-api", with: ["--managed"]),
            Companion("--etcd-host", with: ["--managed"]),
            Companion("--etcd-port", with: ["--managed"]),
            Companion("--etcd-endpoints", with: ["--managed"]),
            Companion("--etcd-protocol", with: ["--managed"]),
            Companion("--etcd-ca-cert", with: ["--managed"]),
            Companion("--etcd-cert-file", with: ["--managed"]),
            Companion("--etcd-key-file", with: ["--managed"]),
            Companion("--etcd-user", with: ["--managed"]),
            Companion("--etcd-password", with: ["--managed"]),
            Companion("--etcd-prompt-password", with: ["--managed"]),
            Companion("--etcd-timeout", with: ["--managed"]),
        ])

    private static let status = OperationTable(
        mode: "status",
        companions: [
            Companion("--timeout", with: ["--wait"]),
            Companion("--yes", with: ["--approve-deletes", "--adopt", "--confirm"]),
        ])
}
