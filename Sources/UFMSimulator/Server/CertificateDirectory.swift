import Glibc

/// A directory with `cert.pem` and `key.pem`, made by the `openssl` command.
struct CertificateDirectory: Sendable {
    private let path: String

    /// That directory, made if it is missing, or without a path a new temporary one; readable by nobody else.
    init(_ path: String?) throws(SimulatorError) {
        if let path {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw .certificate("cannot make \(path): \(String(cString: strerror(errno)))")
            }
            self.path = path
            return
        }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/ufm-simulator.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .certificate("cannot make a directory in \(parent): \(String(cString: strerror(errno)))")
        }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var certificateFile: String { path + "/cert.pem" }
    var keyFile: String { path + "/key.pem" }
    private var complaintsFile: String { path + "/openssl.log" }

    /// Makes a self-signed certificate for the host, `localhost` and 127.0.0.1, and its key; blocks for milliseconds.
    func makeCertificate(host: String) throws(SimulatorError) {
        var names = ["DNS:localhost", "IP:127.0.0.1"]
        let hostName = (Self.isAddress(host) ? "IP:" : "DNS:") + host
        if !names.contains(hostName) { names.append(hostName) }
        let status = try Subprocess.run(
            [
                "openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-days", "365", "-subj", "/CN=ufm-simulator", "-addext",
                "subjectAltName=" + names.joined(separator: ","), "-keyout", keyFile, "-out", certificateFile,
            ], errorFile: complaintsFile)
        guard status == 0 else {
            throw .certificate("openssl ended with status \(status), see \(complaintsFile)")
        }
        unlink(complaintsFile)
        guard chmod(keyFile, 0o600) == 0 else {
            throw .certificate("cannot protect \(keyFile): \(String(cString: strerror(errno)))")
        }
    }

    /// Removes the directory with what was made in it.
    func remove() {
        for file in [certificateFile, keyFile, complaintsFile] { unlink(file) }
        rmdir(path)
    }

    private static func isAddress(_ host: String) -> Bool {
        var storage = in6_addr()
        return inet_pton(AF_INET, host, &storage) == 1 || inet_pton(AF_INET6, host, &storage) == 1
    }
}
