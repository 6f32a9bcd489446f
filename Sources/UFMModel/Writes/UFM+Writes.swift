extension UFM {
    /// `/add`: an empty partition, which stays until it was populated and emptied.
    mutating func addEmpty(_ bytes: [UInt8], at now: Moment) throws(Refusal) -> SimulatedResponse {
        let body = try read(bytes, .addEmpty(version))
        guard partitions[body.pkey] == nil else {
            let text = "PKey \(Spelling.pkey(body.pkey)) already exists"
            throw Refusal(response: .text(text, status: switches.dupCreate == .conflict ? 409 : 400))
        }
        if switches.emptyPkey == .keep {
            partitions[body.pkey] = Partition(
                key: body.pkey, name: body.partitionName, ipOverIB: body.ipOverIB ?? true,
                qos: body.merged(into: QoS()))
        }
        return done(
            changed: switches.emptyPkey == .keep, status: switches.createStatus == .created ? 201 : 200, at: now)
    }

    /// POST of members: adds to what is there, and creates the partition where there is none.
    mutating func addMembers(
        _ bytes: [UInt8], schema: WriteBody.Schema, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        let body = try read(bytes, schema)
        guard !body.guids.isEmpty else { throw .badRequest("guids must not be empty") }
        try check(body)
        let isNew = partitions[body.pkey] == nil
        if isNew && switches.postMissing == .notFound {
            throw .notFound("PKey \(Spelling.pkey(body.pkey)) was not found")
        }
        if bugs.contains(.emptyRefusesMembers), partitions[body.pkey]?.members.isEmpty == true {
            throw Refusal(response: .text("Failed to add GUIDs to PKey \(Spelling.pkey(body.pkey))", status: 500))
        }
        let admitted = isNew && bugs.contains(.postCreatesEmpty) ? [] : body.guids
        let memberships = body.resolvedMemberships(heedingPlural: switches.postMemberships == .honour)
        let changed = admit(
            admitted, memberships: memberships, to: body.pkey, name: body.partitionName,
            index0: body.index0 ?? false, ipOverIB: body.ipOverIB ?? true, at: now)
        return done(changed: changed, overflowed: overflowed(body), at: now)
    }

    /// PUT: the members and flags become those of the request, whatever they were.
    mutating func replaceMembers(
        _ bytes: [UInt8], at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        if let status = switches.putMembers.status { throw Self.refusal(status, of: "PUT", allowing: ["GET", "POST"]) }
        let body = try read(bytes, .put(version))
        try check(body)
        let before = partitions[body.pkey]
        var partition = before ?? Partition(key: body.pkey, name: body.partitionName)
        if body.guids.isEmpty {
            switch switches.putEmpty {
            case .reject: throw .badRequest("guids must not be empty")
            case .delete:
                drop(body.pkey)
                return done(changed: before != nil, at: now)
            case .empty: break
            }
        }
        partition.members = [:]
        _ = partition.admit(
            body.guids, memberships: body.resolvedMemberships(heedingPlural: true), index0: body.index0 ?? false,
            ipOverIB: body.ipOverIB ?? true)
        partition.qos = body.merged(into: partition.qos)
        let vanishes = partition.members.isEmpty && switches.emptyPkey == .vanish
        partitions[body.pkey] = vanishes ? nil : partition
        for guid in before?.members.keys ?? [:].keys where partition.members[guid] == nil {
            tables.leave(guid, body.pkey)
        }
        for guid in partition.members.keys where before?.members[guid] == nil { tables.join(guid, body.pkey) }
        return done(changed: partitions[body.pkey] != before, overflowed: overflowed(body), at: now)
    }

    /// `qos_conf`: all three values of a partition that is there.
    mutating func setQoS(_ bytes: [UInt8], at now: Moment) throws(Refusal) -> SimulatedResponse {
        let body = try read(bytes, .qos)
        guard let before = partitions[body.pkey] else {
            throw .notFound("PKey \(Spelling.pkey(body.pkey)) was not found")
        }
        let qos = body.merged(into: before.qos)
        if switches.qosNeedsRestart {
            partitions[body.pkey]?.pendingQoS = qos
        } else {
            partitions[body.pkey]?.qos = qos
        }
        return done(changed: partitions[body.pkey] != before, at: now)
    }

    /// `sharp-reservation`: whether SHARP holds resources for the partition.
    mutating func reserveSHARP(
        _ text: String, _ bytes: [UInt8], at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        let key = try WriteBody.writablePKey(text)
        let isEnabled = try read(bytes, .sharp).isEnabling
        guard let before = partitions[key] else { throw .notFound("PKey \(Spelling.pkey(key)) was not found") }
        partitions[key]?.sharpEnabled = isEnabled
        return done(changed: before.sharpEnabled != isEnabled, at: now)
    }

    /// The old removal, with the GUIDs in the body.
    mutating func removeMembers(
        _ bytes: [UInt8], at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        let body = try read(bytes, .removeGUIDs)
        return try remove(body.guids, from: body.pkey, at: now)
    }

    /// The removal with the GUIDs in the path.
    mutating func removeMembers(
        _ text: String, _ list: String, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        let key = try WriteBody.writablePKey(text)
        var guids: [UInt64] = []
        for word in list.split(separator: ",", omittingEmptySubsequences: false) {
            guids.append(try WriteBody.guid(word))
        }
        return try remove(guids, from: key, at: now)
    }

    /// Deletes a partition with all who are in it.
    mutating func delete(_ text: String, at now: Moment) throws(Refusal) -> SimulatedResponse {
        if let status = switches.deletePkey.status { throw Self.refusal(status, of: "DELETE", allowing: ["GET"]) }
        let key = try WriteBody.writablePKey(text)
        guard partitions[key] != nil else {
            throw .notFound("PKey \(Spelling.pkey(key)) was not found")
        }
        drop(key)
        return done(changed: true, at: now)
    }
}

extension UFM {
    /// Makes GUIDs members of a partition, which is made if it is missing; answers whether that changed anything.
    mutating func admit(
        _ guids: [UInt64], memberships: [Member.Membership], to key: UInt16, name: String?, index0: Bool,
        ipOverIB: Bool, at now: Moment
    ) -> Bool {
        let isNew = partitions[key] == nil
        let (differs, joined) = partitions[key, default: Partition(key: key, name: name)]
            .admit(guids, memberships: memberships, index0: index0, ipOverIB: ipOverIB)
        for guid in joined { tables.join(guid, key) }
        if isNew || differs { touch(at: now) }
        return isNew || differs
    }

    /// Removes GUIDs from a partition, and the partition with its last member; answers whether there were any.
    mutating func expel(_ guids: [UInt64], from key: UInt16, at now: Moment) -> Bool {
        var changed = false
        for guid in guids where partitions[key]?.members.removeValue(forKey: guid) != nil {
            changed = true
            tables.leave(guid, key)
        }
        if changed, partitions[key]?.members.isEmpty == true { partitions[key] = nil }
        if changed { touch(at: now) }
        return changed
    }

    /// Removes members; the partition goes with its last one, and a partition that had none stays.
    private mutating func remove(
        _ guids: [UInt64], from key: UInt16, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        guard !guids.isEmpty else { throw .badRequest("guids must not be empty") }
        try checkCount(guids)
        guard partitions[key] != nil else {
            switch switches.removeMissingPkey {
            case .notFound: throw .notFound("PKey \(Spelling.pkey(key)) was not found")
            case .ok: return done(changed: false, at: now)
            }
        }
        if switches.removeNonMember == .notFound,
            let stranger = guids.first(where: { partitions[key]?.members[$0] == nil })
        {
            throw .notFound("GUID \(Spelling.guid(stranger)) is not a member of PKey \(Spelling.pkey(key))")
        }
        return done(changed: expel(guids, from: key, at: now), at: now)
    }

    /// The checks of a write that gives GUIDs to a partition, beyond its schema.
    private func check(_ body: WriteBody) throws(Refusal) {
        try checkCount(body.guids)
        if switches.unknownGuid != .accept, let stranger = body.guids.first(where: { !topology.knows($0) }) {
            let text = "InfiniBand port \(Spelling.guid(stranger)) does not exist"
            throw Refusal(response: .text(text, status: switches.unknownGuid == .notFound ? 404 : 500))
        }
        if switches.tableFull == .badRequest,
            let full = body.guids.first(where: {
                partitions[body.pkey]?.members[$0] == nil && tables.isFull($0, size: switches.tableSize)
            })
        {
            throw .badRequest("The PKey table of port \(Spelling.guid(full)) is full")
        }
        guard switches.secondIndex0 == .badRequest, body.index0 == true else { return }
        for guid in body.guids {
            for key in tables.partitions(of: guid)
            where key != body.pkey && partitions[key]?.members[guid]?.index0 == true {
                throw .badRequest("GUID \(Spelling.guid(guid)) has index0 in PKey \(Spelling.pkey(key)) already")
            }
        }
    }

    /// What a server says to a method that it does not have, or does not have here.
    private static func refusal(_ status: Int, of method: String, allowing others: [String]) -> Refusal {
        switch status {
        case 405: wrongMethod(others)
        case 400, 500: Refusal(response: .text("\(method) failed", status: status))
        default: .page(status)
        }
    }

    private func checkCount(_ guids: [UInt64]) throws(Refusal) {
        guard let most = switches.maxGuids, guids.count > most else { return }
        throw .badRequest("\(guids.count) guids in one request, at most \(most) are allowed")
    }

    /// A body that fits its schema.
    func read(_ bytes: [UInt8], _ schema: WriteBody.Schema) throws(Refusal) -> WriteBody {
        do throws(Refusal) {
            return try WriteBody(bytes, schema: schema)
        } catch {
            var response = error.response
            if switches.schemaError == .serverError { response.status = 500 }
            throw Refusal(response: response)
        }
    }

    private mutating func drop(_ key: UInt16) {
        for guid in partitions[key]?.members.keys ?? [:].keys { tables.leave(guid, key) }
        partitions[key] = nil
    }

    /// The GUIDs of a write whose ports have no room for the partition.
    private func overflowed(_ body: WriteBody) -> [UInt64] {
        body.guids.filter { tables.overflow(of: $0, size: switches.tableSize).contains(body.pkey) }
    }

    /// The answer to a write that was carried out.
    mutating func done(
        changed: Bool, status: Int = 200, overflowed: [UInt64] = [], at now: Moment
    ) -> SimulatedResponse {
        if changed { touch(at: now) }
        var response: SimulatedResponse =
            switch switches.writeReply {
            case .emptyObject: .json("{}", status: status)
            case .nothing: SimulatedResponse(status: status, contentType: "application/json", body: "")
            case .text: .text("OK", status: status)
            }
        response.changedState = changed
        response.overflowed = overflowed
        return response
    }
}
