import Foundation
import TestSupport
import Testing

/// pcocc's hand: python-etcd, called as pcocc calls it, on etcd's v2 store.
struct PcoccWriter {
    private let site: Site
    private let login: Bool

    init(_ site: Site, login: Bool = true) {
        self.site = site
        self.login = login
    }

    /// Where `scripts/test` puts python-etcd.
    private static let packages = Programs.packageRoot + "/.build/python-etcd-0.4.5"

    /// Carries out lines such as `put 0x200e 043f720300f55176 -` in their order; gives the indices of what was done.
    @discardableResult
    func run(_ lines: [String]) async throws -> [Int64] {
        try #require(
            FileManager.default.fileExists(atPath: Self.packages), "python-etcd is missing: scripts/test fetches it")
        let scheme = site.kind.isEncrypted ? "https" : "http"
        var arguments = [Programs.packageRoot + "/Fixtures/pcocc/writer.py", scheme, "127.0.0.1", site.etcdPort]
        arguments += login ? ["root", site.options.etcdPassword] : ["", ""]
        if site.kind.isEncrypted { arguments.append(site.certificates.authority.certificate) }
        let result = try await CommandRunner.succeed(
            Command(
                "python3", arguments, environment: ["PYTHONPATH": Self.packages],
                input: lines.map { $0 + "\n" }.joined()))
        return result.output.split(separator: "\n").compactMap { Int64($0) }
    }

    func put(_ pkey: String, hosts: [String] = [], virtualFunctions: [String] = []) async throws {
        func list(_ guids: [String]) -> String { guids.isEmpty ? "-" : guids.joined(separator: ",") }
        try await run(["put \(pkey) \(list(hosts)) \(list(virtualFunctions))"])
    }

    func delete(_ pkey: String) async throws { try await run(["delete \(pkey)"]) }
}

extension Site.Options {
    /// An etcd with the v2 interface, as pcocc needs it.
    static var v2: Site.Options {
        var options = Site.Options()
        options.etcdArguments = EtcdServer.v2Arguments
        return options
    }
}

/// Gives the body a site whose v2 store asks for root's password, as pcocc's guide has it.
func withV2Site(
    _ kind: Site.Kind = .http, _ options: Site.Options = .v2, isolation: isolated (any Actor)? = #isolation,
    _ body: (Site, PcoccWriter) async throws -> Void
) async throws {
    try await withSite(kind, options) { site in
        try await site.etcd.enableV2Authentication(rootPassword: site.options.etcdPassword)
        try await body(site, PcoccWriter(site))
    }
}
