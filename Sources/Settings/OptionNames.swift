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

    /// Those whose value is a password.
    package static let passwords = [tool.ufmPassword, daemon.ufmPassword, etcdPassword]
    /// Those that have a password asked for.
    package static let prompts = ["--etcd-prompt-password"]
}
