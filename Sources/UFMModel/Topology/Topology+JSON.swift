extension Topology {
    /// `/resources/ports`: only hosts have any here.
    func portsText(systemType: String?) -> String {
        var json = JSONText()
        json.array { json in
            for port in ports where (systemType ?? "Computer") == "Computer" {
                json.object { json in
                    json.members([
                        ("guid", Spelling.guid(port.guid)), ("name", Spelling.guid(port.guid) + "_1"),
                        ("systemID", systemGUID(port.host)), ("system_name", port.host),
                        ("dname", "HCA-1/\(port.number)"), ("description", "Computer IB Port"),
                        ("physical_state", port.isUp ? "Link Up" : "Polling"),
                        ("logical_state", port.isUp ? "Active" : "Down"),
                    ])
                    json.key("number")
                    json.integer(port.number)
                    json.key("lid")
                    json.integer(port.isUp ? port.lid : 65535)
                }
            }
        }
        return json.text
    }

    /// `/resources/vports`.
    var virtualPortsText: String {
        var json = JSONText()
        json.array { json in
            for (guid, owner) in virtualPorts.sorted(by: { $0.key < $1.key }) {
                guard let port = port(owner) else { continue }
                json.object { json in
                    json.members([
                        ("virtual_port_guid", Spelling.guid(guid)),
                        ("virtual_port_state", port.isUp ? "Active" : "Down"),
                        ("port_guid", Spelling.guid(owner)), ("port_name", Spelling.guid(owner) + "_1"),
                        ("system_guid", systemGUID(port.host)), ("system_name", port.host), ("system_ip", "0.0.0.0"),
                        ("node_description", port.host + " HCA-1"),
                    ])
                    json.key("virtual_port_lid")
                    json.integer(port.lid)
                    json.key("physical_port_number")
                    json.integer(port.number)
                }
            }
        }
        return json.text
    }

    /// `/resources/systems`.
    var systemsText: String {
        var json = JSONText()
        json.array { json in
            for (name, ports) in systems {
                json.object { json in
                    json.members([
                        ("guid", systemGUID(name)), ("name", systemGUID(name)), ("system_name", name),
                        ("type", "host"), ("ip", "0.0.0.0"), ("state", "active"), ("technology", ""),
                    ])
                    json.key("ports")
                    json.array { json in ports.forEach { json.string(Spelling.guid($0.guid) + "_1") } }
                }
            }
        }
        return json.text
    }

    /// A host goes by the GUID of its first port.
    private func systemGUID(_ host: String) -> String {
        guids(of: host)?.first.map { Spelling.guid($0) } ?? ""
    }
}
