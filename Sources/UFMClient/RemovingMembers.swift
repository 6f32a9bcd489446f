import Fabric

extension UFMClient {
    /// Removes ports from a partition. UFM deletes a partition with its last member.
    ///
    /// The GUIDs stand in the path, so there are at most 100 in a request and fewer where the line would get long.
    /// UFM may refuse because the partition or one of the ports is not in it, or because there are too many; its answer
    /// may also be lost. A read tells which are left, and they alone are tried again. What is gone is a success,
    /// however it went.
    func removeMembers(_ guids: [GUID], from key: PKey, progress: MemberProgress?) async throws(UFMError) {
        let batches = removals(of: guids, from: key)
        var account = MemberAccount(total: batches.reduce(0) { $0 + $1.count }, report: progress)
        var pending = Array(batches.reversed())
        while let batch = pending.popLast() {
            do throws(UFMError) {
                let left = try await remove(batch, from: key)
                let gone = batch.count - left.reduce(0) { $0 + $1.count }
                if gone > 0 { account.settle(gone) }
                pending += left.reversed()
            } catch {
                throw account.qualified(error)
            }
        }
    }

    /// Removes a batch, and returns those to try again: fewer, or the same in smaller batches.
    private func remove(_ batch: [GUID], from key: PKey) async throws(UFMError) -> [[GUID]] {
        do throws(UFMError) {
            _ = try await answer(to: .remove(batch, from: key))
            return []
        } catch {
            let isRefusal = error.isRejected(400, 404, 413, 414)
            guard isRefusal || error.outcome == .unknown, !error.isCancellation else { throw error }
            let members: Members
            do throws(UFMError) {
                members = try await partition(key.number)?.members ?? []
            } catch let unexplained {
                throw isRefusal ? unexplained : error
            }
            let left = batch.filter { members[$0] != nil }
            if left.isEmpty { return [] }
            // After a lost answer the request may still be on its way: the caller decides, when it has read again.
            guard isRefusal || error.kind == .serverFailure else { throw error }
            if left.count < batch.count { return [left] }
            guard error.isRejected(400, 413, 414), left.count > 1 else { throw error }
            return left.halves
        }
    }

    /// The GUIDs, ascending, in pieces that fit into the first line of a request.
    private func removals(of guids: [GUID], from key: PKey) -> [[GUID]] {
        let path = configuration.credentials.pathPrefix + Call.removal(from: key)
        let fixed = "DELETE ".utf8.count + path.utf8.count + " HTTP/1.1".utf8.count
        // 16 digits and a comma each, but for the last, which has no comma.
        let fitting = (configuration.limits.requestLine - fixed + 1) / 17
        return Set(guids).sorted().pieces(of: max(1, min(configuration.limits.removed, fitting)))
    }
}
