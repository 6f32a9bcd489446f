import TestSupport
import Testing

@Suite("The etcd tool on keys of the v2 store")
struct V2ToolTests {
    private func tool(_ site: Site, _ arguments: String...) async throws -> CommandResult {
        try await site.run(["etcd", "--etcd-user", "root", "--etcd-api", "v2"] + arguments)
    }

    @Test("It lists, gets, puts and deletes pcocc's keys as they are, and shows directories as such")
    func keys() async throws {
        try await withV2Site { site, pcocc in
            try await pcocc.put("0x200e", hosts: ["043f720300f55176"])
            let list = try await tool(site, "--list", "--prefix", Site.pkeyPrefix, "--decode")
            #expect(list.exitCode == 0)
            #expect(list.output.contains("  /pcocc/global/opensm/pkeys/0x200e\n"))
            #expect(list.output.contains("Hosts: 043f720300f55176"))
            let all = try await tool(site, "--list")
            #expect(all.output.contains("  /pcocc/global/opensm/pkeys/ (directory)\n"))
            let got = try await tool(site, "--get", Site.pkeyPrefix + "0x200e")
            #expect(got.output.contains("Value: {'host_guids': ['0x043f720300f55176'], 'vf_guids': []}"))
            #expect(try await tool(site, "--put", "/a/b", "--value", "x y&z", "--ttl", "100").exitCode == 0)
            let json = try await tool(site, "--get", "/a/b", "--lease", "--output", "json")
            #expect(json.output.contains("\"x y&z\"") && json.output.contains("\"seconds_left\""))
            #expect(try await tool(site, "--list", "--prefix", "/a/", "--count").output == "1\n")
            #expect(try await tool(site, "--get", "/a").errors.contains("is a directory"))
            #expect(try await tool(site, "--delete", "/a/b").exitCode == 0)
            #expect(try await tool(site, "--get", "/a/b").exitCode == 1)
            #expect(try await tool(site, "--delete", "/a/", "--recursive", "--yes").exitCode == 1)
            #expect(try await tool(site, "--put", "/a/c", "--value", "1").exitCode == 0)
            #expect(try await tool(site, "--delete", "/a/", "--recursive", "--yes").exitCode == 0)
        }
    }

    @Test("It shows changes as they happen")
    func watch() async throws {
        try await withV2Site { site, pcocc in
            let watch = try site.start(
                ["etcd", "--etcd-user", "root", "--etcd-api", "v2", "--watch", Site.pkeyPrefix, "--decode"])
            // Until it watches, what is written belongs to the past.
            try await eventually("the watch tells") {
                try await pcocc.put("0x200e", hosts: ["043f720300f55176"])
                return watch.output.contains("PUT /pcocc/global/opensm/pkeys/0x200e")
            }
            try await pcocc.delete("0x200e")
            try await eventually("the deletion") { watch.output.contains("DELETE /pcocc/global/opensm/pkeys/0x200e") }
            #expect(watch.output.contains("Hosts: 043f720300f55176"))
            #expect(try await watch.stop() == .code(0))
        }
    }

    @Test(
        "What v2 has nothing for is refused",
        arguments: [
            ["--list", "--at-revision", "3"], ["--watch", "--from-revision", "3"], ["--status"],
        ])
    func refusals(arguments: [String]) async throws {
        try await withSite(.http) { site in
            let result = try await site.run(["etcd", "--etcd-api", "v2"] + arguments)
            #expect(result.exitCode == 64)
        }
    }
}
