import Fabric

extension UFMClient {
    /// After so many GUIDs refused one by one, and none accepted, a call gives up: UFM may refuse them all.
    static let mostRefusedGUIDs = 8
    /// After so many a call gives up even if others were accepted.
    static let mostRefusedGUIDsAmongOthers = 200

    /// Adds members to a partition, or gives those already there these flags.
    ///
    /// One request per membership and `index0`, and per 500 GUIDs. After the first 404 a read tells whether there is such
    /// a partition. A 400, 404, 413 or 500 may also mean that UFM does not know one of the GUIDs, or takes no batch of
    /// this size: the batch is halved until that one stands alone, so that it keeps no other out, and the error names it
    /// in `refusedGUIDs`.
    /// A lost answer is looked for in the partition; nothing is sent again before that.
    func addMembers(
        _ new: NewPartition, isKnownThere: Bool, progress: MemberProgress?
    ) async throws(UFMError) -> StepOutcome {
        let batches = MemberBatch.batches(of: new.members, most: configuration.limits.added)
        guard !batches.isEmpty else { return .done }
        let addition = Addition(key: new.pkey, ipOverIB: new.ipOverIB, name: try await accepted(new.name))
        var account = MemberAccount(total: batches.reduce(0) { $0 + $1.guids.count }, report: progress)
        account.changedSomething = isKnownThere
        var isThere = isKnownThere
        var pending = Array(batches.reversed())
        while let batch = pending.popLast() {
            do throws(UFMError) {
                guard let refusal = try await add(batch, addition) else {
                    isThere = true
                    account.settle(batch.guids.count)
                    continue
                }
                if refusal.status == 404, !isThere {
                    guard try await partition(new.pkey.number) != nil else {
                        return .noSuchPartition(account.qualified(refusal))
                    }
                    isThere = true
                }
                guard batch.guids.count == 1 else {
                    pending += batch.halves.reversed()
                    continue
                }
                account.refuse(batch.guids, for: refusal)
                let most = account.changedSomething ? Self.mostRefusedGUIDsAmongOthers : Self.mostRefusedGUIDs
                if account.refusedGUIDs.count == most { pending = [] }
            } catch {
                throw account.qualified(error)
            }
        }
        try account.finish()
        return .done
    }

    /// Adds one batch; after an answer that was lost or doubtful reads whether it has come about all the same.
    ///
    /// Returns the refusal where UFM will not have the batch as a whole.
    private func add(_ batch: MemberBatch, _ addition: Addition) async throws(UFMError) -> UFMError? {
        do throws(UFMError) {
            let body = MembersBody(addition.key, batch, ipOverIB: addition.ipOverIB, name: addition.name)
            _ = try await answer(to: Call.add, body)
            return nil
        } catch {
            if error.isRejected(400, 404, 413) { return error }
            guard error.outcome == .unknown, !error.isCancellation else { throw error }
            let now: Partition?
            do throws(UFMError) { now = try await partition(addition.key.number) } catch _ { throw error }
            if let now, now.ipOverIB == addition.ipOverIB,
                batch.members.allSatisfy({ now.members[$0.guid] == $0 })
            {
                return nil
            }
            // A UFM that works and reads well may have meant the GUIDs. In any other case the request may still be on
            // its way, and the caller decides when it has read again.
            guard error.kind == .serverFailure else { throw error }
            return error
        }
    }
}

/// What all requests of one addition have in common.
private struct Addition {
    let key: PKey
    let ipOverIB: Bool
    let name: String?
}
