import Adapters
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
        let progress = MemberProgressLine("added to PKey \(pkey)")
        try await progress.during { (report) async throws(UFMError) in
            try await client.addMembers(members, to: pkey, ipOverIB: ipOverIB ?? false, progress: report)
        }
        try ChangeDocument("add", pkey, guids: members.count)
            .print(format, or: "Successfully added \(members.count) GUIDs to PKey \(pkey)")
    }

    private func remove(_ guids: [GUID], from pkey: PKey) async throws {
        // To the reconciler a partition that is not there is one without these members; here it is a typing error.
        guard try await client.partition(pkey.number) != nil else {
            throw CommandFailure("PKey \(pkey) not found in UFM")
        }
        let progress = MemberProgressLine("removed from PKey \(pkey)")
        try await progress.during { (report) async throws(UFMError) in
            try await client.removeMembers(guids, from: pkey, progress: report)
        }
        try ChangeDocument("remove", pkey, guids: guids.count)
            .print(format, or: "Successfully removed \(guids.count) GUIDs from PKey \(pkey)")
    }

    private func set(_ members: [Member], of pkey: PKey) async throws {
        let details = try await client.details(pkey.number)
        let current = details?.partition
        let ipOverIB = options.ipOverIb ?? current?.ipOverIB ?? false
        let wanted = Partition(number: pkey.number, ipOverIB: ipOverIB, members: members)
        let difference = MemberDifference(from: current?.members ?? [:], to: wanted.members)
        if current == nil || !difference.isEmpty || current?.ipOverIB != ipOverIB {
            // A PUT sets everything; the values that UFM has by itself are left out for the sake of older releases.
            let qos = details?.qos == QualityOfService() ? nil : details?.qos
            let progress = MemberProgressLine("set in PKey \(pkey)")
            try await progress.during { (report) async throws(UFMError) in
                try await client.replaceMembers(
                    of: pkey, with: members, ipOverIB: ipOverIB, qos: qos, progress: report)
            }
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
        var problem: CommandFailure?
        await ReadBack.untilTrue { () async in
            do throws(UFMError) {
                problem = try await self.problem(wanted, pkey)
            } catch {
                problem = CommandFailure("the members were sent, and cannot be read back: \(ErrorWords.of(error))")
            }
            return problem == nil
        }
        if let problem { throw problem }
    }

    private func problem(_ wanted: Partition, _ pkey: PKey) async throws(UFMError) -> CommandFailure? {
        let found = try await client.partition(pkey.number)
        if let found, found.members == wanted.members, found.ipOverIB == wanted.ipOverIB { return nil }
        let left = MemberDifference(from: found?.members ?? [:], to: wanted.members).words
        return CommandFailure(
            "UFM took the members of PKey \(pkey) and shows others" + (left.isEmpty ? "" : " (still to be \(left))"))
    }
}
