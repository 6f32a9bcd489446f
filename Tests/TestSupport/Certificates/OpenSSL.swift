/// Calls of the `openssl` command.
package enum OpenSSL {
    /// Runs it and gives what it printed; its failure is thrown with its message.
    @discardableResult
    package static func run(_ arguments: [String]) async throws(HarnessError) -> String {
        try await CommandRunner.succeed(Command("openssl", arguments)).output
    }

    /// The SHA-256 of the certificate (its DER form), in lower-case hexadecimal digits.
    package static func fingerprint(ofCertificate path: String) async throws(HarnessError) -> String {
        let line = try await run(["x509", "-in", path, "-noout", "-fingerprint", "-sha256"])
        return line.drop { $0 != "=" }.filter(\.isHexDigit).lowercased()
    }
}
