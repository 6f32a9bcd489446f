/// The hosts and ports that UFM has discovered.
struct Topology: Sendable {
    /// A port of a host.
    struct Port: Sendable {
        let guid: UInt64
        let host: String
        /// 1 for the host's first.
        let number: Int
        let lid: Int
        let isUp: Bool
    }

    /// In the order of their GUIDs.
    let ports: [Port]
    /// The virtual ports with the port that each belongs to.
    let virtualPorts: [UInt64: UInt64]
    private let hosts: [String: [UInt64]]
    private let portsByGUID: [UInt64: Port]

    /// A known port that belongs to no host is one of a host of its own.
    init(_ configuration: UFM.Configuration) {
        var hosts = configuration.hosts
        let housed = Set(hosts.values.joined())
        let others = configuration.knownPorts.union(configuration.virtualPorts.values)
        for guid in others where !housed.contains(guid) { hosts["host-" + Spelling.guid(guid)] = [guid] }
        var owners: [UInt64: (host: String, number: Int)] = [:]
        for (name, guids) in hosts {
            for (index, guid) in guids.enumerated() { owners[guid] = (name, index + 1) }
        }
        ports = owners.sorted { $0.key < $1.key }.enumerated().map { index, entry in
            Port(
                guid: entry.key, host: entry.value.host, number: entry.value.number, lid: index + 1,
                isUp: !configuration.downPorts.contains(entry.key))
        }
        portsByGUID = Dictionary(ports.map { ($0.guid, $0) }) { first, _ in first }
        virtualPorts = configuration.virtualPorts
        self.hosts = hosts
    }

    /// Whether UFM has ever seen that GUID.
    func knows(_ guid: UInt64) -> Bool {
        portsByGUID[guid] != nil || virtualPorts[guid] != nil
    }

    /// The port of that GUID, or the one that a virtual port belongs to.
    func port(_ guid: UInt64) -> Port? {
        portsByGUID[guid] ?? virtualPorts[guid].flatMap { portsByGUID[$0] }
    }

    /// The GUIDs of all ports of a host; nil if there is no such host.
    func guids(of host: String) -> [UInt64]? {
        hosts[host]
    }

    /// The hosts by name, with their ports.
    var systems: [(name: String, ports: [Port])] {
        hosts.sorted { $0.key < $1.key }.map { name, guids in (name, guids.compactMap { portsByGUID[$0] }) }
    }
}
