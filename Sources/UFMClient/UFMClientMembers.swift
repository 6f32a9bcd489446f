package import Fabric

extension UFMClient {
    /// After so many GUIDs refused one by one a call gives up: UFM may refuse them all.
    static let mostRefusedGUIDs = 8

    /// Adds members to a partition, or gives those already there these flags; creates the partition if need be.
    ///
    /// One request per membership and `index0`, and per 500 GUIDs. Sources disagree on two refusals, so both are dealt
    /// with. A 404 may mean that there is no such partition: if a read confirms it, it is created, and the request
    /// repeated once. A 400 or 404 may also mean that UFM does not know one of the GUIDs: the batch is halved until
    /// that one stands alone, so that it does not keep the others out, and the error names it in `refusedGUIDs`.
    package func addMembers(_ members: [Member], to key: PKey, ipOverIB: Bool) async throws(UFMError) {
        var pending = Array(MemberBatch.batches(of: members).reversed())
        var progress = Progress()
        while let batch = pending.popLast() {
            do throws(UFMError) {
                _ = try await perform(Call.add, MembersBody(key, batch, ipOverIB: ipOverIB))
                progress.changedSomething = true
                progress.hasCheckedExistence = true
            } catch {
                guard error.isRejected(400, 404) else { throw progress.qualified(error) }
                if error.status == 404, try await createIfAbsent(key, batch, ipOverIB: ipOverIB, &progress) {
                    pending.append(batch)
                } else if batch.guids.count > 1 {
                    pending += batch.halves.reversed()
                } else {
                    progress.note(error, of: batch.guids)
                    if progress.refusedGUIDs.count == Self.mostRefusedGUIDs { break }
                }
            }
        }
        if let refusal = progress.refusal { throw progress.qualified(refusal) }
    }

    /// Removes ports from a partition. UFM deletes a partition with its last member.
    ///
    /// The GUIDs stand in the path, so there are at most 100 in a request and fewer where the line would get long.
    /// UFM may refuse (400 or 404) because the partition or one of the ports is not in it: a read tells which are
    /// left, and they alone are tried once more. What is gone is a success, however it went.
    package func removeMembers(_ guids: [GUID], from key: PKey) async throws(UFMError) {
        let prefix = configuration.credentials.pathPrefix + Call.removal(from: key)
        var progress = Progress()
        for batch in MemberBatch.removals(of: guids, pathBytes: prefix.utf8.count) {
            do throws(UFMError) {
                do throws(UFMError) {
                    _ = try await perform(.remove(batch, from: key))
                } catch let error where error.isRejected(400, 404) {
                    let members = try await partition(key.number)?.members ?? [:]
                    let left = batch.filter { members[$0] != nil }
                    guard left.count < batch.count else { throw error }
                    if !left.isEmpty { _ = try await perform(.remove(left, from: key)) }
                }
            } catch {
                throw progress.qualified(error)
            }
            progress.changedSomething = true
        }
    }

    /// Creates the partition if it turns out not to be there, at most once per call; says whether it did.
    private func createIfAbsent(
        _ key: PKey, _ batch: MemberBatch, ipOverIB: Bool, _ progress: inout Progress
    ) async throws(UFMError) -> Bool {
        guard !progress.hasCheckedExistence else { return false }
        progress.hasCheckedExistence = true
        do throws(UFMError) {
            guard try await partition(key.number) == nil else { return false }
            try await createEmpty(key, ipOverIB: ipOverIB, index0: batch.flags.index0)
        } catch {
            throw progress.qualified(error)
        }
        progress.changedSomething = true
        return true
    }
}

/// How far a call of several requests has come.
private struct Progress {
    var changedSomething = false
    var hasCheckedExistence = false
    private(set) var refusal: UFMError?
    private(set) var refusedGUIDs: [GUID] = []

    mutating func note(_ error: UFMError, of guids: [GUID]) {
        refusal = refusal ?? error
        refusedGUIDs += guids
    }

    /// The error as one of the whole call: once a request before it was obeyed, "not applied" is no longer true.
    func qualified(_ error: UFMError) -> UFMError {
        var error = error
        if changedSomething { error.outcome = .unknown }
        error.refusedGUIDs = refusedGUIDs
        return error
    }
}
