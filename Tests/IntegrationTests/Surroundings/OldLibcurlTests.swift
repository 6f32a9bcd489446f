import TestSupport
import Testing
import UFMSimulator

/// The whole program on a libcurl that takes no option newer than 7.76 has, which is RHEL 9's: a shim that the loader finds in
/// place of this machine's libcurl, which it brings, refuses them as that one does. What a libcurl without `PREREQFUNCTION`
/// repeats by itself, ours repeats then as well.
@Suite("A libcurl as old as RHEL 9's", .timeLimit(.minutes(20)))
struct OldLibcurlTests {
    /// The C text of the shim. The highest option of 7.76 is number 308; what kind of value it takes stands in the thousands.
    private static let shim = #"""
        #include <dlfcn.h>
        #include <stdarg.h>
        #include <stdlib.h>
        #include <stdio.h>

        int curl_easy_setopt(void *easy, int option, ...) {
            static int (*real)(void *, int, ...);
            const char *refused = getenv("SHIM_REFUSES");
            va_list arguments;
            va_start(arguments, option);
            void *value = va_arg(arguments, void *);
            va_end(arguments);
            if (!real) real = (int (*)(void *, int, ...))dlsym(dlopen(REAL, RTLD_LAZY), "curl_easy_setopt");
            if (option % 10000 > 308 || (refused && option == atoi(refused))) {
                const char *log = getenv("SHIM_LOG");
                FILE *file = log ? fopen(log, "a") : NULL;
                if (file) { fprintf(file, "%d\n", option); fclose(file); }
                return 48; // CURLE_UNKNOWN_OPTION
            }
            return real(easy, option, value);
        }
        """#

    /// The environment in which the loader finds the shim first. What it does not have itself is looked for in what it is linked
    /// with: by a path, since the name of this machine's libcurl is its own.
    private func build(in directory: TemporaryDirectory) async throws -> [String: String] {
        let (source, real) = (try directory.write(Self.shim, to: "shim.c"), directory.file("real.so"))
        let said = try await CommandRunner.succeed(Command("cc", ["-print-file-name=libcurl.so.4"])).output
        let machines = String(try #require(said.split(separator: "\n").first))
        try await CommandRunner.succeed(Command("cc", ["-shared", "-fPIC", "-o", real, "-x", "c", "/dev/null"]))
        try await CommandRunner.succeed(
            Command(
                "cc",
                ["-shared", "-fPIC", "-DREAL=\"\(real)\"", "-o", directory.file("libcurl.so.4"), source]
                    + ["-Wl,--no-as-needed", real, "-ldl"]))
        try await CommandRunner.succeed(Command("ln", ["-sf", machines, real]))
        return ["LD_LIBRARY_PATH": directory.path]
    }

    @Test("A key's life is whole there, and the options that are refused are the ones that something stands in for")
    func life() async throws {
        try await withTemporaryDirectory { directory in
            let environment = try await build(in: directory).merging(["SHIM_LOG": directory.file("refused")]) { $1 }
            try await withSite(.tls) { site in
                let daemon = try site.startDaemon("--poll-interval", "1", environment: environment)
                try await site.put(pkey: "0x200e", hosts: ["0000000000000001"])
                try await site.waitForMembers([1], of: 0x200e)
                try await site.delete(pkey: "0x200e")
                try await daemon.waitForLine(containing: "Successfully removed PKey 0x200e")
                #expect(try await daemon.stop() == .code(0))
                #expect(site.ufm.requests.filter { $0.method == "DELETE" }.count == 1)
            }
            // PREREQFUNCTION, MAXLIFETIME_CONN, CA_CACHE_TIMEOUT and QUICK_EXIT.
            let refused = Set(try directory.read("refused").split(separator: "\n"))
            #expect(refused == ["20312", "314", "321", "322"])
        }
    }

    @Test("A connection that dies under a deletion is one deletion, and not two")
    func deletion() async throws {
        try await withTemporaryDirectory { directory in
            let environment = try await build(in: directory)
            try await withSite(.tls) { site in
                site.ufm.inject(UFMSimulator.Fault(.cutBeforeActing, method: "DELETE"))
                let result = try await site.run(
                    ["ufm", "--username", "admin"] + site.ufmTrust + ["--delete-pkey", "0x4000", "--yes"],
                    environment: environment)
                #expect(result.errors.contains("connection lost"), "\(result.errors)")
                #expect(site.ufm.requests.filter { $0.method == "DELETE" }.count == 1)
            }
        }
    }

    @Test("An option that nothing stands in for is an error with its number, and nothing is sent")
    func unknown() async throws {
        try await withTemporaryDirectory { directory in
            // CONNECTTIMEOUT_MS
            let environment = try await build(in: directory).merging(["SHIM_REFUSES": "156"]) { $1 }
            try await withSite(.tls) { site in
                let result = try await site.run(
                    ["ufm", "--username", "admin"] + site.ufmTrust + ["--list"], environment: environment)
                #expect(result.status == .code(1))
                #expect(result.errors.contains("does not take option 156"), "\(result.errors)")
                #expect(site.ufm.requests.isEmpty)
            }
        }
    }
}
