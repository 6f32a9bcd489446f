/// Partitions in scenarios, state files and the state report.
package enum PartitionDocument {
    /// Reads `{"0x4000": {"name": "storage", "ip_over_ib": true, "guids": […]}}`; null stands for a partition that is
    /// not to be there.
    package static func read(_ field: JSONField) throws(JSONField.Failure) -> [UInt16: Partition?] {
        var partitions: [UInt16: Partition?] = [:]
        for (name, field) in try field.entries() {
            guard let key = Spelling.readPKey(name), Spelling.writablePKeys.contains(key) else {
                throw field.failure("a PKey is 0x1 to 0x7ffe")
            }
            partitions.updateValue(field.isNull ? nil : try read(key, field), forKey: key)
        }
        return partitions
    }

    private static func read(_ key: UInt16, _ field: JSONField) throws(JSONField.Failure) -> Partition {
        let members = try field.members(["name", "ip_over_ib", "guids", "qos_conf", "pending_qos", "sharp_enabled"])
        var partition = Partition(key: key)
        if let name = members["name"] { partition.name = try name.string() }
        if let flag = members["ip_over_ib"] { partition.ipOverIB = try flag.flag() }
        if let flag = members["sharp_enabled"] { partition.sharpEnabled = try flag.flag() }
        if let qos = members["qos_conf"] { partition.qos = try readQoS(qos) }
        if let qos = members["pending_qos"] { partition.pendingQoS = try readQoS(qos) }
        for field in try members["guids"]?.elements() ?? [] {
            let (guid, member) = try readMember(field)
            partition.members[guid] = member
        }
        return partition
    }

    /// A GUID by itself, or an object with its flags.
    private static func readMember(
        _ field: JSONField
    ) throws(JSONField.Failure) -> (UInt64, Member) {
        if case .string = field.value { return (try field.guid(), Member()) }
        let members = try field.members(["guid", "membership", "index0"])
        guard let guid = members["guid"] else { throw field.failure("guid is missing") }
        var member = Member()
        if let text = members["membership"] { member.membership = try text.choice(Member.Membership.self) }
        if let flag = members["index0"] { member.index0 = try flag.flag() }
        return (try guid.guid(), member)
    }

    private static func readQoS(_ field: JSONField) throws(JSONField.Failure) -> QoS {
        let members = try field.members(["mtu_limit", "service_level", "rate_limit"])
        var qos = QoS()
        if let code = members["mtu_limit"] {
            qos.mtuLimit = try code.integer(2...4)
            guard qos.mtuLimit != 3 else { throw code.failure("must be 2 or 4") }
        }
        if let level = members["service_level"] { qos.serviceLevel = try level.integer(0...15) }
        if let rate = members["rate_limit"] {
            qos.rateLimit = try rate.number()
            guard WriteBody.rates.contains(qos.rateLimit) else {
                throw rate.failure("must be one of \(WriteBody.rates)")
            }
        }
        return qos
    }

    /// Writes a partition so that it can be read again; without its settings as far as they may be left out.
    package static func write(_ partition: Partition, withSettings: Bool, to json: inout JSONText) {
        json.object { json in
            json.key("guids")
            json.array { json in
                for (guid, member) in partition.members.sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.members([("guid", Spelling.guid(guid))])
                        json.key("index0")
                        json.bool(member.index0)
                        json.members([("membership", member.membership.rawValue)])
                    }
                }
            }
            json.key("ip_over_ib")
            json.bool(partition.ipOverIB)
            json.members([("name", partition.name)])
            guard withSettings else { return }
            json.key("qos_conf")
            write(partition.qos, to: &json)
            if let pending = partition.pendingQoS {
                json.key("pending_qos")
                write(pending, to: &json)
            }
            json.key("sharp_enabled")
            json.bool(partition.sharpEnabled)
        }
    }

    private static func write(_ qos: QoS, to json: inout JSONText) {
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
