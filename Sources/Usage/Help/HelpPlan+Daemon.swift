// What stands in the help of the program, and of the modes that keep UFM as etcd says.

extension HelpPlan {
    static let program = HelpPlan(
        notes: [
            .files,
            Note(
                "EXIT CODES", ("0", "Done."), ("1", "Failed."), ("2", "`plan` found drift."),
                ("64", "Wrong usage: nothing was done.")),
        ],
        examples: [
            Example("What the daemon would do, before it does anything", "plan"),
            Example("Until Ctrl-C: keep UFM as etcd says", "monitor --etcd-user pkeyd --ufm-user admin"),
            Example("How far UFM is with each PKey", "status"),
            Example("The partitions that UFM has", "ufm --username admin --list"),
            Example("pcocc's keys in etcd", "etcd --list --prefix /pcocc/global/opensm/pkeys/ --decode"),
        ])

    static let monitor = HelpPlan(
        groups: [
            Group(
                "THE OPTIONS THAT MATTER FIRST", "--etcd-user", "--ufm-host", "--ufm-user", "--ufm-fingerprint",
                "--managed-range", "--policy", "--adopt", "--dry-run", "--once", "--config-dir"),
            .whatIsDone, .etcdConnection, .ufmConnection, .ledger,
            Group("THE LOG", "--log-format", "--color", "--debug", "--audit-log"),
        ],
        notes: [
            .files,
            Note(
                "SIGNALS", ("SIGTERM, SIGINT", "End it in good order, within 5 s."),
                ("SIGHUP", "Read the passwords, and how to reach UFM, again."),
                ("SIGUSR1", "Details in the log on, or off again.")),
            Note(
                "EXIT CODES", ("0", "It was asked to end; with --once: all is done."),
                ("1", "It can never start; with --once: something could not be done."),
                ("64", "Wrong usage: nothing was done.")),
        ],
        examples: [
            Example("What it would do now", "monitor --dry-run --once"),
            Example("Do that once, then end", "monitor --once"),
            Example("Stay, and only tell what differs", "monitor --policy report"),
            Example("Without ufm.yaml", "monitor --etcd-user pkeyd --ufm-host ufm1,ufm2 --ufm-user admin"),
            Example("On a site where the predecessor ran", "monitor --managed-range 0x2000-0x3000 --adopt all"),
        ])

    static let plan = HelpPlan(
        groups: [
            Group(
                "THE OPTIONS THAT MATTER FIRST", "--all", "--output", "--etcd-user", "--ufm-host", "--ufm-user",
                "--ufm-fingerprint", "--managed-range", "--adopt", "--fabric", "--config-dir"),
            .whatIsDone, .etcdConnection, .ufmConnection, .ledger, Group("THE LOG", "--debug"),
        ],
        notes: [
            .files,
            Note(
                "EXIT CODES", ("0", "UFM is as etcd says."), ("1", "It could not be found out."),
                ("2", "Something differs."), ("64", "Wrong usage.")),
        ],
        examples: [
            Example("What differs", "plan"),
            Example("Everything, for a script that looks at the exit code", "plan --all --output json"),
            Example("What would be taken over with --adopt all", "plan --adopt all"),
        ])

    static let status = HelpPlan(
        groups: [
            Group(
                "THE OPTIONS THAT MATTER FIRST", "--wait", "--timeout", "--health", "--approve-deletes", "--adopt",
                "--confirm", "--yes", "--output", "--etcd-user", "--fabric"),
            Group("WHICH PKEYS", "--pkey-prefix", "--managed-range"),
            .etcdConnection, .ledger, Group("WHERE THE REST IS SAID", "--config-dir", "--debug"),
        ],
        notes: [
            Note(
                "STATES", ("synced", "UFM has the newest revision of the key."),
                ("pending", "The daemon has yet to take note of the key."),
                ("claimed", "At work: UFM is not yet seen to have it."),
                ("waiting", "A port has yet to leave another partition."),
                ("failing", "UFM refuses, with its reason; it is tried again."),
                ("held", "The key's value cannot be read: the partition stays as it is."),
                ("empty", "The key names no GUID: no partition."),
                (
                    "conflict",
                    "UFM has a partition of that number that is not ours: nothing is written until the GUIDs that are named are gone, or --adopt."
                ),
                ("guarded, approved", "The deletion waits for --approve-deletes; it has been approved."),
                ("deleting", "The key is gone, and the partition is on its way.")),
            Note(
                "EXIT CODES", ("0", "Done; with --wait: UFM has what etcd says."),
                ("1", "Failed, or the time for --wait has run out, or the PKey is not known."),
                ("64", "Wrong usage.")),
            Note(
                "EXIT CODES OF --health", ("0", "A daemon runs, and all is well."),
                ("1", "Something is failing, held, guarded or in conflict, or a server is away."),
                ("2", "No daemon runs."), ("3", "Nobody could be asked.")),
        ],
        examples: [
            Example("Whether a daemon runs, and one line per PKey", "status"),
            Example("In a job's prologue, until UFM has its partition", "status --wait 0x200e --timeout 30"),
            Example("Deletions that came many at once, and are right", "status --approve-deletes"),
            Example("A partition that is there, in conflict, and ours", "status --adopt 0x2500"),
            Example("Another UFM, or more PKeys than before, and that is meant", "status --confirm"),
        ])
}
