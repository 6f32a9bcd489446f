extension OptionCatalog {
    /// Every option of the daemon's mode, and of the one of that name where there is one: as the parser describes them, which it
    /// would take a quarter of a short command's time to do. `HelpTests` compares.
    package static func written(beside name: String?) -> OptionCatalog {
        let modes = WrittenModes.all.filter { $0.name == WrittenModes.standard || $0.name == name }
        return OptionCatalog(modes: modes.map(Mode.init), standard: WrittenModes.standard)
    }
}

extension OptionCatalog.Mode {
    fileprivate init(_ written: WrittenModes.Mode) {
        let words = written.words.joined(separator: " ").split { $0 == " " || $0 == "\n" }
        let options = words.filter { $0 != WrittenModes.word }.map(OptionCatalog.Option.init)
        self.init(name: written.name, options: options, takesWord: words.contains { $0 == WrittenModes.word })
    }
}

extension OptionCatalog.Option {
    /// - Parameter written: `--name=value` or `--flag`, other names behind a comma; with `*` before it where it repeats, and with `+`
    ///   where values go on until the next option.
    fileprivate init(written: Substring) {
        let marks = written.prefix { $0 == "*" || $0 == "+" }
        let parts = written.dropFirst(marks.count).split(separator: "=", maxSplits: 1)
        let names = parts.first?.split(separator: ",").map(String.init) ?? []
        self.init(
            names: names, takesValue: parts.count == 2, takesMany: marks.contains("+"),
            valueName: parts.count == 2 ? String(parts[1]) : nil, isRepeating: marks.contains("*"))
    }
}

private enum WrittenModes {
    struct Mode {
        let name: String
        let words: [String]

        init(_ name: String, _ words: String...) {
            (self.name, self.words) = (name, words)
        }
    }

    /// The one that needs no name.
    static let standard = "monitor"
    /// Stands for a word that belongs to no option.
    static let word = "WORD"

    static let all = [
        Mode(
            "monitor", etcd, "--ufm-host=host,… --ufm-user=user --ufm-password=password", ufm, everywhere,
            "--log-format=format --color=when --audit-log=file --poll-interval=seconds --ufm-concurrency=count", plan,
            ledger,
            """
            --state-dir=directory --etcd-cluster-id=hex *--listen=address:port|unix:path --listen-token-file=file --once --dry-run
            """, ends),
        Mode(
            "plan", etcd, "--ufm-host=host,… --ufm-user=user --ufm-password=password", ufm, plan, everywhere, ledger,
            "--all", output, ends),
        Mode(
            "status", etcd, ledger, everywhere,
            """
            --pkey-prefix=prefix --managed-range=0x…-0x…,… --wait=pkey --timeout=seconds --health --approve-deletes
            *--adopt=pkey|all --confirm --yes
            """, output, ends),
        Mode(
            "ufm", "--host=host,… --username=user --password=password", ufm, everywhere,
            """
            --audit-log=file --list --get-pkey=pkey --create-pkey=pkey --delete-pkey=pkey --pkey=pkey --find-guid=guid
            --export=file --import=file --ping +*--guids=guid,guid,… +*--full=guid,guid,… +*--limited=guid,guid,…
            --membership=membership --index0 --no-index0 --ip-over-ib --no-ip-over-ib --remove-guids --set-guids --dry-run
            --prune --yes
            """, output, "--managed --fabric=name --ledger=etcd|file[:path]", etcd, ends),
        Mode(
            "etcd", etcd, everywhere,
            """
            --list --get=key --put=key --delete=key --watch WORD --status --prefix=prefix --keys-only --count --limit=count
            --at-revision=revision --from-revision=revision --lease --decode --value=value --ttl=seconds --recursive --yes
            """, output, ends),
    ]

    private static let etcd = """
        --etcd-host=host --etcd-port=port --etcd-endpoints=endpoint,… --etcd-protocol=protocol --etcd-ca-cert=file
        --etcd-cert-file=file --etcd-key-file=file --etcd-user=user --etcd-password=password --etcd-api=auto|v3|v2
        --etcd-prompt-password --etcd-timeout=seconds
        """
    private static let ufm = """
        --no-ssl-verify --http --ufm-ca-cert=file *--ufm-fingerprint=sha256:…
        --ufm-token-file=file --ufm-cert-file=file --ufm-key-file=file
        """
    private static let plan = """
        --pkey-prefix=prefix --managed-range=0x…-0x…,… --index0=index0 --ip-over-ib --no-ip-over-ib --enforce-flags
        --policy=policy --delete-guard=percent|off --adopt=all
        """
    private static let ledger = """
        --fabric=name --ledger=etcd|file[:path] --ledger-etcd-user=user --ledger-etcd-password-file=file --ledger-unprotected
        """
    private static let everywhere = "--config-dir=directory --debug"
    private static let output = "--output=output"
    private static let ends = "--version --help,-h"
}
