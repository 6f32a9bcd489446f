package import Fabric

extension UFMClient {
    /// Makes these the members of a partition, all of them and no others; creates it if need be.
    ///
    /// One request up to 2,000 members. Where UFM refuses it for what may be one GUID or the size (400, 404, 413, 500),
    /// and above 2,000, the difference is read and made instead: removals first, so that old and new members never
    /// meet, then additions, which name the GUIDs that UFM does not take.
    ///
    /// `index0` must be the same for all, since UFM takes one value. An empty list is an error: what UFM makes of it
    /// is not known, and to delete is ``deletePartition(_:)``. What UFM keeps of the partition's QoS without `qos` is
    /// not known either. The last writer wins, so two of us must not do this at once.
    package func replaceMembers(
        of key: PKey, with members: [Member], ipOverIB: Bool, qos: QualityOfService? = nil,
        partitionName: String? = nil, progress: MemberProgress? = nil
    ) async throws(UFMError) {
        let members = MemberBatch.unique(members)
        guard let index0 = members.first?.index0 else {
            throw invalid(.replace([]), "no members to set for \(key)")
        }
        guard members.allSatisfy({ $0.index0 == index0 }) else {
            throw invalid(.replace([]), "the members for \(key) differ in index0")
        }
        if let flaw = qos?.flaw { throw invalid(.replace([]), flaw) }
        let name = try await accepted(partitionName)
        var doubt: UFMError?
        if members.count <= MemberBatch.mostReplaced {
            do throws(UFMError) {
                let body = MembersBody(key, all: members, index0: index0, ipOverIB: ipOverIB, qos: qos, name: name)
                _ = try await perform(Call.replace, body)
                progress?(members.count, members.count)
                return
            } catch {
                guard error.isRejected(400, 404, 413) || error.kind == .serverFailure else { throw error }
                doubt = error
            }
        }
        let before: Partition?
        do throws(UFMError) {
            before = try await partition(key.number)
        } catch {
            // A refusal has changed nothing, so that what matters now is the read that failed.
            if let doubt, doubt.outcome == .unknown { throw doubt }
            throw error
        }
        let change = MemberChange(from: before, to: members, ipOverIB: ipOverIB)
        do throws(UFMError) {
            try await removeMembers(change.surplus, from: key)
            try await addMembers(
                change.missing, to: key, ipOverIB: ipOverIB, partitionName: name, progress: progress)
            if let qos { _ = try await setQoS(of: key, to: qos) }
        } catch {
            var error = error
            if !change.surplus.isEmpty || doubt?.outcome == .unknown { error.outcome = .unknown }
            throw error
        }
    }
}

/// The difference between what a partition is and what it is to be.
struct MemberChange: Equatable {
    /// Those who must go.
    let surplus: [GUID]
    /// Those who must come, or be given other flags.
    let missing: [Member]

    init(from before: Partition?, to members: [Member], ipOverIB: Bool) {
        let present = before?.members ?? [:]
        let wanted = Set(members.map(\.guid))
        surplus = present.keys.filter { !wanted.contains($0) }.sorted()
        let lacking = members.filter { present[$0.guid] != $0 }
        // The flag travels with members: one who is right already may bring it.
        let isFlagWrong = before?.ipOverIB != ipOverIB
        missing = lacking.isEmpty && isFlagWrong ? Array(members.prefix(1)) : lacking
    }
}
