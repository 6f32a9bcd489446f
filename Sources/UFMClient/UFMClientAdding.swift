package import Fabric

extension UFMClient {
    /// After so many GUIDs refused one by one, and none accepted, a call gives up: UFM may refuse them all.
    static let mostRefusedGUIDs = 8
    /// After so many a call gives up even if others were accepted.
    static let mostRefusedGUIDsAmongOthers = 200

    /// Adds members to a partition, or gives those already there these flags; creates the partition if need be.
    ///
    /// One request per membership and `index0`, and per 500 GUIDs. Sources disagree on what a refusal means, so each
    /// reading is dealt with. After a 404 a read tells whether there is such a partition: if not, it is created with its
    /// members by a PUT, or empty as a last resort. A 400, 404, 413 or 500 may also mean that UFM does not know one of
    /// the GUIDs, or takes no batch of this size: the batch is halved until that one stands alone, so that it keeps no
    /// other out, and the error names it in `refusedGUIDs`.
    /// A lost answer is looked for in the partition; nothing is sent again before that.
    package func addMembers(
        _ members: [Member], to key: PKey, ipOverIB: Bool, partitionName: String? = nil,
        progress: MemberProgress? = nil
    ) async throws(UFMError) {
        let batches = MemberBatch.batches(of: members)
        guard !batches.isEmpty else { return }
        let name = try await accepted(partitionName)
        let flags = PartitionFlags(key: key, ipOverIB: ipOverIB, name: name)
        var account = MemberAccount(total: batches.reduce(0) { $0 + $1.guids.count }, report: progress)
        var site = BuildingSite()
        var pending = Array(batches.reversed())
        while let batch = pending.popLast() {
            do throws(UFMError) {
                switch try await add(batch, flags, &site) {
                case .done: account.settle(batch.guids.count)
                case .split(let refusal) where batch.guids.count == 1:
                    account.refuse(batch.guids, for: refusal)
                    let most = account.changedSomething ? Self.mostRefusedGUIDsAmongOthers : Self.mostRefusedGUIDs
                    if account.refusedGUIDs.count == most { pending = [] }
                case .split: pending += batch.halves.reversed()
                }
            } catch {
                account.changedSomething = account.changedSomething || site.changedSomething
                throw account.qualified(error)
            }
        }
        account.changedSomething = account.changedSomething || site.changedSomething
        try account.finish()
    }

    /// What came of one batch.
    private enum BatchEnd {
        case done
        /// UFM will not have it as a whole.
        case split(UFMError)
    }

    /// Adds one batch, to a partition that is made if a 404 and a read agree that there is none.
    private func add(
        _ batch: MemberBatch, _ flags: PartitionFlags, _ site: inout BuildingSite
    ) async throws(UFMError) -> BatchEnd {
        let end = try await settle(batch, flags) { () async throws(UFMError) in
            _ = try await perform(Call.add, MembersBody(flags.key, batch, ipOverIB: flags.ipOverIB, name: flags.name))
        }
        if case .done = end { site.isThere = true }
        guard case .split(let refusal) = end, refusal.status == 404, !site.isThere else { return end }
        guard try await partition(flags.key.number) == nil else {
            site.isThere = true
            return end
        }
        // A PUT makes a partition with its members, and overwrites nobody's, since there is none. It comes before the
        // call that makes an empty one: releases before 6.18 are said to make their subnet manager's file unreadable
        // with an empty partition in it (4040154), and then every port may talk to every other.
        let made = try await settle(batch, flags) { () async throws(UFMError) in
            let body = MembersBody(
                flags.key, all: batch.members, index0: batch.flags.index0, ipOverIB: flags.ipOverIB, name: flags.name)
            _ = try await perform(Call.replace, body)
        }
        switch made {
        case .done:
            site.isThere = true
            return made
        case .split(let refusal):
            guard refusal.status == 404, batch.guids.count == 1, !site.hasTriedToCreate else { return made }
            site.hasTriedToCreate = true
            guard try await keepsEmptyPartitions(),
                try await createForMembers(flags, index0: batch.flags.index0)
            else { return made }
            site.changedSomething = true
            return try await add(batch, flags, &site)
        }
    }

    /// Whether this release is free of the bugs around empty partitions.
    private func keepsEmptyPartitions() async throws(UFMError) -> Bool {
        do throws(UFMError) {
            return try await release() >= .emptyPartitions
        } catch let error where error.isMalformedAnswer {
            return false
        }
    }

    /// Creates the partition; false where this UFM has no such call.
    private func createForMembers(_ flags: PartitionFlags, index0: Bool) async throws(UFMError) -> Bool {
        do throws(UFMError) {
            try await createEmpty(
                flags.key, ipOverIB: flags.ipOverIB, index0: index0, partitionName: flags.name)
            return true
        } catch {
            if error.isRejected(404, 405) { return false }
            guard error.outcome == .unknown else { throw error }
            guard let found = try? await partition(flags.key.number), found.members.isEmpty else { throw error }
            return true
        }
    }

    /// Sends a batch, and after an answer that was lost or doubtful reads whether it has come about all the same.
    private func settle(
        _ batch: MemberBatch, _ flags: PartitionFlags, send: () async throws(UFMError) -> Void
    ) async throws(UFMError) -> BatchEnd {
        do throws(UFMError) {
            try await send()
            return .done
        } catch {
            if error.isRejected(400, 404, 413) { return .split(error) }
            guard error.outcome == .unknown, !error.isCancellation else { throw error }
            let now: Partition?
            do throws(UFMError) { now = try await partition(flags.key.number) } catch _ { throw error }
            if let now, now.ipOverIB == flags.ipOverIB,
                batch.members.allSatisfy({ now.members[$0.guid] == $0 })
            {
                return .done
            }
            // A UFM that works and reads well may have meant the GUIDs. In any other case the request may still be on
            // its way, and the caller decides when it has read again.
            guard error.kind == .serverFailure else { throw error }
            return .split(error)
        }
    }
}

/// What all requests of one addition have in common.
private struct PartitionFlags {
    let key: PKey
    let ipOverIB: Bool
    let name: String?
}

/// What is known of the partition that members are added to.
private struct BuildingSite {
    var isThere = false
    var hasTriedToCreate = false
    var changedSomething = false
}
