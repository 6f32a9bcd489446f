/// Which options of a mode stand together in its help, and what comes behind them.
struct HelpPlan: Sendable {
    struct Group: Sendable {
        let title: String
        /// By name, in this order. An option that no group names is shown behind all groups.
        let options: [String]
    }

    struct Note: Sendable {
        let title: String
        let entries: [(String, String)]
    }

    struct Example: Sendable {
        let what: String
        /// Behind the program's name.
        let words: String
    }

    var groups: [Group] = []
    var notes: [Note] = []
    var examples: [Example] = []

    /// - Parameter mode: nil for the program as a whole.
    static func of(_ mode: String?) -> HelpPlan {
        switch mode {
        case nil: program
        case "monitor": monitor
        case "plan": plan
        case "status": status
        case "ufm": ufm
        case "etcd": etcd
        default: HelpPlan()
        }
    }
}

extension HelpPlan.Group {
    init(_ title: String, _ options: String...) { self.init(title: title, options: options) }

    static let etcdConnection = HelpPlan.Group(
        "HOW TO REACH ETCD", "--etcd-user", "--etcd-password", "--etcd-prompt-password", "--etcd-endpoints",
        "--etcd-host", "--etcd-port", "--etcd-protocol", "--etcd-ca-cert", "--etcd-cert-file", "--etcd-key-file",
        "--etcd-api", "--etcd-cluster-id", "--etcd-timeout")

    static let ufmConnection = HelpPlan.Group(
        "HOW TO REACH UFM", "--ufm-host", "--host", "--ufm-user", "--username", "--ufm-password", "--password",
        "--ufm-token-file", "--ufm-cert-file", "--ufm-key-file", "--ufm-fingerprint", "--ufm-ca-cert",
        "--no-ssl-verify", "--http")

    static let ledger = HelpPlan.Group(
        "THE LEDGER", "--managed", "--fabric", "--ledger", "--ledger-etcd-user", "--ledger-etcd-password-file",
        "--ledger-unprotected", "--state-dir")

    static let whatIsDone = HelpPlan.Group(
        "WHAT IS TO BE DONE", "--policy", "--delete-guard", "--adopt", "--managed-range", "--pkey-prefix", "--index0",
        "--ip-over-ib", "--enforce-flags", "--poll-interval", "--ufm-concurrency")
}

extension HelpPlan.Note {
    init(_ title: String, _ entries: (String, String)...) { self.init(title: title, entries: entries) }

    static let files = HelpPlan.Note(
        "FILES, in /etc/pcocc or the directory of --config-dir",
        ("batch.yaml", "pcocc's own: where etcd is."),
        ("networks.yaml", "pcocc's own: the PKeys of its InfiniBand networks, which may be touched."),
        ("ufm.yaml", "Options of `monitor` without their dashes, below `settings:`; what is typed wins."),
        ("etcd-password", "The password of --etcd-user. Readable by its owner alone."),
        ("ufm-password", "The password of UFM's user. Readable by its owner alone."))
}

extension HelpPlan.Example {
    init(_ what: String, _ words: String) { self.init(what: what, words: words) }
}
