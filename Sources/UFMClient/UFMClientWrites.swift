package import Fabric

extension UFMClient {
    /// What creating a partition came to.
    package enum Creation: Sendable {
        /// It is new and empty.
        case created
        /// It was there before and is as it was.
        case alreadyThere
    }

    /// What deleting a partition came to.
    package enum Deletion: Sendable {
        /// UFM says that it has deleted it.
        case deleted
        /// There was none.
        case wasAbsent
    }

    /// Creates a partition without members.
    ///
    /// UFM before 6.15 has no such call, and none keeps an empty partition through the removal of its last member:
    /// ``addMembers(_:to:ipOverIB:)`` creates what it needs. Where UFM refuses because there is one already (400 or
    /// 409, by source), a read tells.
    @discardableResult
    package func createEmpty(_ key: PKey, ipOverIB: Bool, index0: Bool) async throws(UFMError) -> Creation {
        do throws(UFMError) {
            let body = CreationBody(pkey: key.description, ipOverIB: ipOverIB, index0: index0)
            _ = try await perform(Call.create, body)
            return .created
        } catch let error where error.isRejected(400, 409) {
            guard try await partition(key.number) != nil else { throw error }
            return .alreadyThere
        }
    }

    /// Makes these the members of a partition, all of them and no others, in one request; creates it if need be.
    ///
    /// `index0` must be the same for all, since UFM takes one value. An empty list is an error: what UFM makes of it
    /// is not known, and to delete is ``deletePartition(_:)``. What UFM keeps of the partition's QoS is not known
    /// either. The last writer wins, so two of us must not do this at once.
    package func replaceMembers(
        of key: PKey, with members: [Member], ipOverIB: Bool
    ) async throws(UFMError) {
        let members = MemberBatch.unique(members)
        guard let index0 = members.first?.index0 else {
            throw invalid(.replace([]), "no members to set for \(key)")
        }
        guard members.allSatisfy({ $0.index0 == index0 }) else {
            throw invalid(.replace([]), "the members for \(key) differ in index0")
        }
        _ = try await perform(Call.replace, MembersBody(key, all: members, index0: index0, ipOverIB: ipOverIB))
    }

    /// Deletes a partition, members and all. One that is not there (404) is a success.
    @discardableResult
    package func deletePartition(_ key: PKey) async throws(UFMError) -> Deletion {
        do throws(UFMError) {
            _ = try await perform(.delete(key))
            return .deleted
        } catch let error where error.isRejected(404) {
            return .wasAbsent
        }
    }
}
