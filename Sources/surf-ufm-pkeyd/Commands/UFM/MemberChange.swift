import Fabric
import UFMClient

/// `--pkey`: adds members to a partition, removes some, or sets them all.
struct MemberChange {
    let client: UFMClient
    let options: UFMMemberOptions
    let format: OutputFormat

    func run(on pkey: PKey) async throws {
        if options.removeGuids {
            try await remove(try options.loadGUIDs(), from: pkey)
        } else if options.setGuids {
            try await set(try options.loadMembers(), of: pkey)
        } else {
            try await add(try options.loadMembers(), to: pkey)
        }
    }

    private func add(_ members: [Member], to pkey: PKey) async throws {
        var ipOverIB = options.ipOverIb
        // Every addition sets the flag of the whole partition.
        if ipOverIB == nil { ipOverIB = try await client.partition(pkey.number)?.ipOverIB }
        try await client.addMembers(members, to: pkey, ipOverIB: ipOverIB ?? false)
        try ChangeDocument("add", pkey, guids: members.count)
            .print(format, or: "Successfully added \(members.count) GUIDs to PKey \(pkey)")
    }

    private func remove(_ guids: [GUID], from pkey: PKey) async throws {
        // To the reconciler a partition that is not there is one without these members; here it is a typing error.
        guard try await client.partition(pkey.number) != nil else {
            throw CommandFailure("PKey \(pkey) not found in UFM")
        }
        try await MemberRemoval(client: client).run(guids, from: pkey)
        try ChangeDocument("remove", pkey, guids: guids.count)
            .print(format, or: "Successfully removed \(guids.count) GUIDs from PKey \(pkey)")
    }

    private func set(_ members: [Member], of pkey: PKey) async throws {
        let current = try await client.partition(pkey.number)
        let ipOverIB = options.ipOverIb ?? current?.ipOverIB ?? false
        let wanted = Partition(number: pkey.number, ipOverIB: ipOverIB, members: members)
        let difference = MemberDifference(from: current?.members ?? [:], to: wanted.members)
        if current == nil || !difference.isEmpty || current?.ipOverIB != ipOverIB {
            try await client.replaceMembers(of: pkey, with: members, ipOverIB: ipOverIB)
            try await verify(wanted, pkey)
        }
        if format == .text { difference.lines.forEach(Output.line) }
        try ChangeDocument("set", pkey, difference).print(format, or: sentence(wanted, pkey, current, difference))
    }

    private func sentence(
        _ wanted: Partition, _ pkey: PKey, _ current: Partition?, _ difference: MemberDifference
    ) -> String {
        guard let current else { return "Successfully created PKey \(pkey) with \(wanted.members.count) GUIDs" }
        let count = "PKey \(pkey) has \(wanted.members.count) GUIDs"
        if !difference.isEmpty { return "Successfully set: \(count) (\(difference.words))" }
        return current.ipOverIB == wanted.ipOverIB ? "\(count) already: nothing to do" : "Successfully set: \(count)"
    }

    /// Reads back, since UFM 6.19 is known to take some requests without doing all that they say.
    private func verify(_ wanted: Partition, _ pkey: PKey) async throws {
        let found = try await client.partition(pkey.number)
        guard let found, found.members == wanted.members, found.ipOverIB == wanted.ipOverIB else {
            let left = MemberDifference(from: found?.members ?? [:], to: wanted.members).words
            throw CommandFailure(
                "UFM took the members of PKey \(pkey) and shows others"
                    + (left.isEmpty ? "" : " (still to be \(left))"))
        }
    }
}

/// Takes members out of a partition, as many as there may be.
struct MemberRemoval {
    let client: UFMClient

    /// UFM has the GUIDs in the path of its request, so that many take many requests; one that fails says how far it came.
    func run(_ guids: [GUID], from pkey: PKey) async throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        var done = 0
        while done < guids.count {
            progress.show("\(done) of \(guids.count) GUIDs removed from PKey \(pkey)")
            let batch = Array(guids[done..<min(done + 100, guids.count)])
            do throws(UFMError) {
                try await client.removeMembers(batch, from: pkey)
            } catch {
                guard done > 0 else { throw error }
                throw CommandFailure("\(ErrorWords.of(error)); \(done) of \(guids.count) GUIDs had been removed")
            }
            done += batch.count
        }
    }
}
