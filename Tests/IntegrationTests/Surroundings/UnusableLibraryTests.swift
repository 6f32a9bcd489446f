import TestSupport
import Testing

@Suite("A libcurl that cannot be used", .timeLimit(.minutes(20)))
struct UnusableLibraryTests {
    @Test(
        "is named in one line with what is wrong with it, and only where a server is to be asked",
        arguments: [(["etcd", "--list"], 1), (["monitor", "--once"], 1), (["--version"], 0), (["ufm", "--help"], 0)])
    func unusable(words: [String], code: Int) async throws {
        try await withTemporaryDirectory { directory in
            // The loader looks here first, and does not look further where it finds the name.
            try directory.write("", to: "libcurl.so.4")
            try directory.write(
                "settings:\n  etcd-servers: [127.0.0.1]\n  etcd-protocol: http\n  etcd-auth-type: none\n",
                to: "batch.yaml")
            try directory.write("settings:\n  ufm-host: 127.0.0.1:1\n  ufm-user: admin\n", to: "ufm.yaml")
            try directory.write("x\n", to: "ufm-password")
            let result = try await CommandRunner.run(
                Command(
                    try Programs.pkeyd(), words,
                    environment: ["LD_LIBRARY_PATH": directory.path, "PCOCC_SYSTEM_CONF_DIR": directory.path]))
            #expect(result.status == .code(Int32(code)))
            guard code != 0 else { return }
            let complaint = result.errors.split(separator: "\n").last.map(String.init) ?? ""
            #expect(
                complaint.contains("libcurl cannot be used: ") && complaint.contains("libcurl.so.4"), "\(complaint)")
        }
    }
}
