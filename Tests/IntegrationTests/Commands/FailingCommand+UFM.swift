import TestSupport
import Testing
import UFMSimulator

/// What can be wrong between a ufm command and UFM.
extension FailingCommand {
    private static func tool(_ site: Site, _ operation: String...) -> [String] {
        ["ufm", "--username", "admin"] + site.ufmTrust + operation
    }

    /// Fails every request of this kind.
    private static func failing(
        _ description: String, _ kind: UFMSimulator.Fault.Kind, naming culprit: String
    ) -> FailingCommand {
        FailingCommand("listing, where UFM \(description)", .tls) { site in
            site.ufm.inject(UFMSimulator.Fault(kind, count: nil))
            return .init(tool(site, "--list"), naming: site.ufmHost, culprit)
        }
    }

    static let ufm: [FailingCommand] = [
        FailingCommand("reading a PKey that is not there", .tls) { site in
            .init(tool(site, "--get-pkey", "0x5000"), naming: "PKey 0x5000 not found")
        },
        FailingCommand("deleting a PKey that is not there") { site in
            .init(tool(site, "--delete-pkey", "0x5000"), naming: "PKey 0x5000 not found")
        },
        FailingCommand("creating a PKey that is there", .tls) { site in
            .init(tool(site, "--create-pkey", "0x4000"), naming: "PKey 0x4000 already exists")
        },
        FailingCommand("removing members of a PKey that is not there") { site in
            .init(tool(site, "--pkey", "0x5000", "--guids", "0002c903000e0b72", "--remove-guids"), naming: "0x5000")
        },
        // Answers that are none
        failing("fails", .status(500), naming: "status 500"),
        failing("is unavailable", .status(503), naming: "unavailable"),
        failing("does not know the path", .status(404), naming: "status 404"),
        failing(
            "answers with a login page", .answer(status: 200, contentType: "text/html", body: "<html>Log in</html>"),
            naming: "asks for a login"),
        failing(
            "answers with other JSON", .answer(status: 200, contentType: "application/json", body: "[1]"),
            naming: "the answer"),
        failing("closes the connection", .cutBeforeActing, naming: "connection lost"),
        failing("sends half an answer", .truncateBody, naming: "connection lost"),
        // Reaching it
        FailingCommand("nothing listens at the host") { site in
            .init(tool(site, "--list", "--host", "127.0.0.1:1"), naming: "127.0.0.1:1", "Connection refused")
        },
        FailingCommand("the host has no address", .tls) { site in
            .init(tool(site, "--list", "--host", "ufm.invalid"), naming: "ufm.invalid", "host name not found")
        },
        FailingCommand("the host is a URL") { site in
            .init(tool(site, "--list", "--host", site.ufm.url), naming: "--host", site.ufm.url)
        },
        FailingCommand("no host is named anywhere") { site in
            try await CommandRunner.succeed(Command("rm", [site.configuration.file("ufm.yaml")]))
            return .init(tool(site, "--list"), naming: "--host", "ufm.yaml")
        },
        // Passwords
        FailingCommand("the password of the file is wrong", .tls) { site in
            try site.configuration.write(wrongPassword, to: "ufm-password")
            return .init(tool(site, "--list"), naming: site.ufmHost, "credentials")
        },
        FailingCommand("the password of the option is wrong") { site in
            .init(tool(site, "--list", "--password", wrongPassword), naming: site.ufmHost, "credentials")
        },
        FailingCommand("the password is wrong for a change", .tls) { site in
            .init(
                tool(site, "--delete-pkey", "0x4000", "--password", wrongPassword), naming: site.ufmHost, "credentials")
        },
        FailingCommand("the user is unknown") { site in
            .init(tool(site, "--list", "--username", "nobody"), naming: site.ufmHost, "credentials")
        },
        FailingCommand("the password is empty") { site in
            .init(tool(site, "--list", "--password", ""), naming: "UFM password", "empty")
        },
        // Certificates
        FailingCommand("UFM's certificate is of a CA that the machine does not know", .tls) { site in
            .init(["ufm", "--username", "admin", "--list"], naming: site.ufmHost, "certificate not accepted")
        },
        FailingCommand("a change, where UFM's certificate is of an unknown CA", .tls) { site in
            .init(
                ["ufm", "--username", "admin", "--delete-pkey", "0x4000"], naming: site.ufmHost,
                "certificate not accepted")
        },
        FailingCommand("UFM's certificate is of another CA than the file's", .tls) { site in
            let other = try await CertificateAuthority(name: "Other")
            let path = site.configuration.file("other.pem")
            try await CommandRunner.succeed(Command("cp", [other.certificate, path]))
            return .init(
                ["ufm", "--username", "admin", "--list", "--ufm-ca-cert", path], naming: site.ufmHost,
                "certificate not accepted")
        },
        FailingCommand("UFM's certificate is for other hosts", .tls) { site in
            .init(
                tool(site, "--list", "--host", "ufm.localhost:\(site.ufm.port)"),
                naming: "ufm.localhost:\(site.ufm.port)", "certificate not accepted")
        },
        FailingCommand("UFM's certificate has another fingerprint", .tls) { site in
            let fingerprint = "sha256:" + String(repeating: "ab", count: 32)
            return .init(
                ["ufm", "--username", "admin", "--list", "--ufm-fingerprint", fingerprint], naming: site.ufmHost,
                "not the pinned one")
        },
        FailingCommand("the CA file is not there", .tls) { _ in
            .init(["ufm", "--username", "admin", "--list", "--ufm-ca-cert", "/none.pem"], naming: "/none.pem")
        },
        FailingCommand("the CA file is no certificate", .tls) { site in
            let path = try site.configuration.write("not a certificate\n", to: "garbage.pem")
            return .init(["ufm", "--username", "admin", "--list", "--ufm-ca-cert", path], naming: path)
        },
        FailingCommand("UFM speaks http") { site in
            .init(["ufm", "--username", "admin", "--list"], naming: site.ufmHost, "TLS failed")
        },
        FailingCommand("UFM speaks https", .tls) { site in
            .init(["ufm", "--username", "admin", "--list", "--http"], naming: site.ufmHost)
        },
    ]
}
