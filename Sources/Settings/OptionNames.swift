package import Usage

/// What the options are called that a message names. `ufm` has names of its own for three of them.
package struct OptionNames: Hashable, Sendable {
    package let ufmHost: String
    package let ufmUser: String
    package let ufmPassword: String

    /// Of the modes that speak to etcd and UFM.
    package static let daemon = OptionNames(
        ufmHost: "--ufm-host", ufmUser: "--ufm-user", ufmPassword: "--ufm-password")
    /// Of the mode `ufm`.
    package static let tool = OptionNames(ufmHost: "--host", ufmUser: "--username", ufmPassword: "--password")

    package static let configDirectory = "--config-dir"
    package static let etcdEndpoints = "--etcd-endpoints"
    package static let etcdPassword = "--etcd-password"
    package static let fabric = "--fabric"
    package static let ledger = "--ledger"

    /// Those whose value is a password.
    package static let passwords = [tool.ufmPassword, daemon.ufmPassword, etcdPassword]
    /// Those that have a password asked for.
    package static let prompts = ["--etcd-prompt-password"]

    /// Options that have names of their own in `ufm`.
    package static let twins: [Set<String>] = [
        [daemon.ufmHost, tool.ufmHost], [daemon.ufmUser, tool.ufmUser], [daemon.ufmPassword, tool.ufmPassword],
    ]

    /// Options that mean something else in a tool than in `monitor`, or are the daemon's own matter.
    private static let homonyms: [String: Set<String>] = [
        "ufm": ["--index0", "--ip-over-ib", "--no-ip-over-ib", "--debug"],
        "etcd": ["--debug"], "plan": ["--debug"], "status": ["--debug"],
    ]

    /// What an option of `monitor` is called in another mode; nil where that has none that means the same.
    package static func name(of option: String, in mode: OptionCatalog.Mode) -> String? {
        guard homonyms[mode.name]?.contains(option) != true else { return nil }
        if mode.option(option) != nil { return option }
        return twins.first { $0.contains(option) }?.subtracting([option]).first { mode.option($0) != nil }
    }

    /// What an option of any mode is called in `monitor`.
    package static func daemonName(of option: String) -> String {
        let daemonNames = [daemon.ufmHost, daemon.ufmUser, daemon.ufmPassword]
        return twins.first { $0.contains(option) }?.intersection(daemonNames).first ?? option
    }
}
