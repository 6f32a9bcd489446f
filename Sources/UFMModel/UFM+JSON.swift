extension UFM {
    /// A partition as a read shows it; only the default one has flags of its own, and only with its members.
    ///
    /// - Parameter named: whether it says which pkey it is.
    func write(_ partition: Partition, _ flags: ReadFlags, named: Bool = false, to json: inout JSONText) {
        let showsOwnMembership =
            partition.key == Spelling.defaultPKey && flags.guidsData && version.showsDefaultMembership
        json.object { json in
            if flags.guidsData {
                json.key("guids")
                json.array { json in
                    let members = partition.members.sorted { $0.key < $1.key }
                    for (guid, member) in members.prefix(flags.maxPorts ?? members.count) {
                        write(guid, member, withPort: flags.portInfo, to: &json)
                    }
                }
            }
            if showsOwnMembership {
                json.key("index0")
                json.bool(false)
            }
            json.key("ip_over_ib")
            json.bool(partition.ipOverIB)
            if showsOwnMembership {
                json.key("membership")
                json.string("limited")
            }
            json.key("partition")
            json.string(shownName(of: partition))
            if named {
                json.key("pkey")
                json.string(switches.pkeyForm.spelled(partition.key))
            }
            if flags.qosConf {
                json.key("qos_conf")
                write(partition.qos, to: &json)
            }
            if switches.siteName { json.members([("site_name", Self.site)]) }
            if flags.sharpState {
                json.key("sharp_enabled")
                json.bool(partition.sharpEnabled)
            }
        }
    }

    private func write(
        _ guid: UInt64, _ member: Member, withPort: Bool, to json: inout JSONText
    ) {
        json.object { json in
            json.key("guid")
            json.string(switches.guidForm.spelled(guid))
            json.key("index0")
            json.bool(member.index0)
            json.key("membership")
            json.string(member.membership.rawValue)
            guard withPort else { return }
            let port = topology.port(guid)
            let host = port?.host ?? "Unknown"
            json.members([
                ("dname", "HCA-1/\(port?.number ?? 1)"), ("hostname", host), ("ip", "0.0.0.0"),
                ("node_description", host + " HCA-1"), ("port_type", portType(guid)),
            ])
            json.key("port_number")
            json.integer(port?.number ?? 1)
        }
    }

    /// The name of the site, where it is shown.
    static let site = "ufm-simulator"

    private func shownName(of partition: Partition) -> String {
        switch switches.autoName {
        case .partition where partition.hasAutomaticName: "partition_" + Spelling.pkey(partition.key)
        case .partition, .apiPkey: partition.name
        }
    }

    private func portType(_ guid: UInt64) -> String {
        guard topology.knows(guid) else { return "Unknown" }
        return topology.virtualPorts[guid] == nil ? "Physical" : "Virtual"
    }

    private func write(_ qos: QoS, to json: inout JSONText) {
        json.object { json in
            json.key("mtu_limit")
            json.integer(qos.mtuLimit)
            json.key("rate_limit")
            json.number(qos.rateLimit)
            json.key("service_level")
            json.integer(qos.serviceLevel)
        }
    }
}
