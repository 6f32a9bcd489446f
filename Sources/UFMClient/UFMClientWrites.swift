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
    /// ``addMembers(_:to:ipOverIB:partitionName:progress:)`` creates what it needs. Where UFM refuses because there is
    /// one already (400 or 409, by source), a read tells. `partitionName` is left out where UFM does not take names
    /// (``takesPartitionNames()``), and it then invents one.
    @discardableResult
    package func createEmpty(
        _ key: PKey, ipOverIB: Bool, index0: Bool, qos: QualityOfService? = nil, partitionName: String? = nil
    ) async throws(UFMError) -> Creation {
        if let flaw = qos?.flaw { throw invalid(.create([]), flaw) }
        let name = try await accepted(partitionName)
        do throws(UFMError) {
            let body = CreationBody(key, ipOverIB: ipOverIB, index0: index0, qos: qos, name: name)
            _ = try await perform(Call.create, body)
            return .created
        } catch let error where error.isRejected(400, 409) {
            guard try await partition(key.number) != nil else { throw error }
            return .alreadyThere
        }
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
