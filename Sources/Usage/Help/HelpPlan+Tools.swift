// What stands in the help of the modes that look at UFM and etcd, and change them, by hand.

extension HelpPlan {
    private static let exitCodes = Note(
        "EXIT CODES", ("0", "Done."), ("1", "Failed, or not all of it could be done."),
        ("64", "Wrong usage: nothing was done."))

    static let ufm = HelpPlan(
        groups: [
            Group(
                "WHAT TO DO, exactly one of these nine", "--list", "--get-pkey", "--find-guid", "--ping",
                "--create-pkey", "--delete-pkey", "--pkey", "--export", "--import"),
            Group(
                "MEMBERS", "--guids", "--full", "--limited", "--membership", "--remove-guids", "--set-guids",
                "--index0", "--ip-over-ib"),
            Group(
                "HOW IT IS DONE", "--output", "--dry-run", "--prune", "--yes", "--audit-log", "--config-dir", "--debug"),
            .ufmConnection, .ledger, .etcdConnection,
        ],
        notes: [exitCodes],
        examples: [
            Example("Every PKey with its members", "ufm --username admin --list --guids"),
            Example("Which of them the daemon manages", "ufm --username admin --list --managed"),
            Example(
                "Two more members",
                "ufm --username admin --pkey 0x5000 \\\n      --guids 0002c903000e0b72,0002c903000e0b73"),
            Example(
                "These members and no others",
                "ufm --username admin --pkey 0x5000 --set-guids \\\n      --full 0002c903000e0b72 --limited 0002c903000e0b73"
            ),
            Example("Away with those in a file", "ufm --username admin --pkey 0x5000 --guids @FILE --remove-guids"),
            Example("Everything into a file, and back from it", "ufm --username admin --export FILE"),
            Example("What an import would change", "ufm --username admin --import FILE --dry-run"),
        ])

    static let etcd = HelpPlan(
        groups: [
            Group(
                "WHAT TO DO, exactly one of the first six", "--list", "--get", "--watch", "--status", "--put",
                "--delete", "--prefix", "--value", "--decode", "--output"),
            Group(
                "WHAT IS SHOWN", "<prefix>", "--keys-only", "--count", "--limit", "--lease", "--at-revision",
                "--from-revision"),
            Group("HOW IT IS CHANGED", "--ttl", "--recursive", "--yes"),
            .etcdConnection,
            Group("WHERE THE REST IS SAID", "--config-dir", "--debug"),
        ],
        notes: [exitCodes],
        examples: [
            Example("pcocc's keys as partitions", "etcd --list --prefix /pcocc/global/opensm/pkeys/ --decode"),
            Example("Changes of them as they happen", "etcd --watch /pcocc/global/opensm/pkeys/ --decode"),
            Example("One value, as it is in etcd", "etcd --get /pcocc/global/opensm/pkeys/0x200e"),
            Example("A key that goes by itself after a minute", "etcd --put /temp/x --value 1 --ttl 60"),
            Example("All keys that start so, after asking", "etcd --delete /temp/ --recursive"),
            Example("How each endpoint is", "etcd --status"),
        ])
}
