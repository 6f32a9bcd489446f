/// Which options, when they are typed, leave one in `ufm.yaml` without effect: those that say the same thing, or another one
/// that does not go with it. By the names of `monitor`.
enum OptionRivals {
    /// Options of which one counts.
    private static let alternatives: [Set<String>] = [
        ["--etcd-host", "--etcd-endpoints"],
        ["--no-ssl-verify", "--ufm-ca-cert", "--ufm-fingerprint"],
        ["--ufm-user", "--ufm-token-file"],
    ]

    /// Options in the file, each with those that leave it without sense. A certificate that is typed has a key of its own.
    private static let senseless: [String: Set<String>] = [
        "--etcd-key-file": ["--etcd-cert-file"],
        "--ufm-key-file": ["--ufm-cert-file", "--http"],
        "--ufm-cert-file": ["--http"],
    ]

    /// All that are named here, for a test that they are options.
    static var names: Set<String> {
        alternatives.reduce(into: Set(senseless.keys).union(senseless.values.joined())) { $0.formUnion($1) }
    }

    static func displacing(_ option: String) -> Set<String> {
        let contrary = option.hasPrefix("--no-") ? "--" + option.dropFirst(5) : "--no-" + option.dropFirst(2)
        let others = alternatives.filter { $0.contains(option) }.joined()
        return Set(others).union(senseless[option] ?? []).union([option, contrary])
    }
}

/// The options that SIGHUP takes anew from `ufm.yaml`: who we are, and where UFM is.
package enum RenewableOptions {
    private static let names: Set = [
        "--ufm-host", "--ufm-servers", "--ufm-user", "--ufm-token-file", "--ufm-cert-file", "--ufm-key-file",
        "--ufm-ca-cert",
        "--ufm-fingerprint", "--no-ssl-verify", "--http", "--etcd-user",
    ]

    package static func contains(_ option: String) -> Bool { names.contains(option) }
}
