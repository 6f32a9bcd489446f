import TestSupport
import Testing

/// What can be wrong with the files of the configuration directory.
extension FailingCommand {
    private static let etcdList = ["etcd", "--etcd-user", "root", "--list"]

    private static func ufmList(_ site: Site) -> [String] { ["ufm", "--username", "admin", "--list"] + site.ufmTrust }

    /// A content of `batch.yaml` that cannot be used, with the place of what is wrong.
    private static func batch(_ description: String, _ text: String, at place: String, naming culprit: String)
        -> FailingCommand
    {
        FailingCommand("batch.yaml: \(description)") { site in
            let path = try site.configuration.write(text, to: "batch.yaml")
            return .init(etcdList, naming: path + place, culprit)
        }
    }

    /// Likewise of `ufm.yaml`.
    private static func ufmFile(_ description: String, _ text: String, at place: String, naming culprit: String)
        -> FailingCommand
    {
        FailingCommand("ufm.yaml: \(description)") { site in
            let path = try site.configuration.write(text, to: "ufm.yaml")
            return .init(ufmList(site), naming: path + place, culprit)
        }
    }

    static let file: [FailingCommand] = [
        batch(
            "broken", "settings:\n  etcd-servers: [node1, node2\n  etcd-client-port: 2379\n", at: ":3:19: ",
            naming: "expected"),
        batch("a tabulator", "settings:\n\tetcd-servers: [node1]\n", at: ":2:1: ", naming: "token"),
        batch("empty", "", at: ": ", naming: "no settings"),
        batch("comments alone", "# settings:\n", at: ": ", naming: "no settings"),
        batch("a text", "settings\n", at: ":1:1: ", naming: "expected a mapping"),
        batch("no settings", "type: slurm\n", at: ":1:1: ", naming: "settings:"),
        batch("settings without a value", "settings:\n", at: ":1:", naming: "settings: expected a mapping"),
        batch(
            "one server without a list", "settings:\n  etcd-servers: node1\n", at: ":2:17: ", naming: "etcd-servers"),
        batch("no server in the list", "settings:\n  etcd-servers: []\n", at: ":2:17: ", naming: "etcd-servers"),
        batch(
            "a server with a port", "settings:\n  etcd-servers: [node1:2379]\n", at: ":2:18: ",
            naming: "etcd-client-port"),
        batch(
            "a server with a scheme", "settings:\n  etcd-servers: ['http://node1']\n", at: ":2:18: ",
            naming: "etcd-protocol"),
        batch(
            "a port that is none", "settings:\n  etcd-client-port: many\n", at: ":2:21: ", naming: "etcd-client-port"),
        batch("another protocol", "settings:\n  etcd-protocol: ftp\n", at: ":2:18: ", naming: "http or https"),
        batch(
            "both forms", "settings:\n  etcd-servers: [a]\ncluster:\n  etcd:\n    servers: [b]\n", at: ":5:5: ",
            naming: "cluster: etcd:"),
        FailingCommand("batch.yaml is not readable") { site in
            // A directory: for root there is no file without permission.
            try await CommandRunner.succeed(Command("rm", [site.configuration.file("batch.yaml")]))
            let path = try site.configuration.makeDirectory("batch.yaml")
            return .init(etcdList, naming: path + ": ", "cannot be read")
        },
        ufmFile("broken", "settings: {ufm-servers: [ufm1}\n", at: ":1:30: ", naming: "expected"),
        ufmFile("one server without a list", "settings:\n  ufm-servers: ufm1\n", at: ":2:16: ", naming: "ufm-servers"),
        ufmFile("empty", "\n", at: ": ", naming: "no settings"),
        FailingCommand("etcd-password is empty") { site in
            let path = try site.configuration.write("", to: "etcd-password")
            return .init(etcdList, naming: path + ": ", "empty")
        },
        FailingCommand("etcd-password has a line end alone") { site in
            let path = try site.configuration.write("\n", to: "etcd-password")
            return .init(etcdList, naming: path + ": ", "empty")
        },
        FailingCommand("ufm-password is empty") { site in
            let path = try site.configuration.write("", to: "ufm-password")
            return .init(ufmList(site), naming: path + ": ", "empty")
        },
        FailingCommand("etcd-password is not readable") { site in
            try await CommandRunner.succeed(Command("rm", [site.configuration.file("etcd-password")]))
            let path = try site.configuration.makeDirectory("etcd-password")
            return .init(etcdList, naming: path + ": ", "cannot be read")
        },
        FailingCommand("the directory of the environment is not there") { _ in
            .init(
                etcdList, naming: "PCOCC_SYSTEM_CONF_DIR", "/none/such",
                environment: ["PCOCC_SYSTEM_CONF_DIR": "/none/such"])
        },
        FailingCommand("the directory of the option is not there") { site in
            .init(ufmList(site) + ["--config-dir", "/none/such"], naming: "--config-dir", "/none/such")
        },
        FailingCommand("the directory of the option is a file") { site in
            let path = site.configuration.file("batch.yaml")
            return .init(etcdList + ["--config-dir", path], naming: "--config-dir", path)
        },
    ]
}
