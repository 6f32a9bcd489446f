internal import Glibc
internal import Text

/// The names and addresses of hosts, for who compares servers.
package enum HostAddresses {
    /// Every host by its name and by its addresses, in ascending order; one that cannot be looked up in time by its name alone.
    package static func all(of hosts: [String], within limit: Duration = .seconds(5)) async -> [String] {
        let directory = NameDirectory()
        return await withTaskGroup(of: [String].self) { group in
            for host in hosts {
                let name = (try? HostAndPort(parsing: host))?.host ?? host
                group.addTask {
                    guard let server = ServerNameAndPort(ofURL: "https://\(host)"),
                        let found = try? await directory.addresses(of: server, within: limit)
                    else { return [name] }
                    return [name] + found.addresses
                }
            }
            return await group.reduce(into: Set<String>()) { $0.formUnion($1) }.sorted()
        }
    }
}
