import Administration
import Fabric
import UFMClient

/// `--delete-pkey`: deletes a partition; on a terminal only after a yes if somebody is in it.
struct PartitionDeletion {
    let client: UFMClient
    let isConfirmed: Bool
    let format: OutputFormat

    func run(_ pkey: PKey) async throws {
        // A script has been told to delete and does; a person may have mistyped the number.
        if !isConfirmed, Confirmation.isPossible {
            guard let partition = try await client.partition(pkey.number) else { throw notFound(pkey) }
            let count = partition.members.count
            guard count == 0 || Confirmation.ask("PKey \(pkey) has \(count) members. Delete it?") else {
                throw CommandFailure("nothing was deleted")
            }
        }
        guard try await PartitionEditor(client).delete(pkey) else { throw notFound(pkey) }
        try ChangeDocument("delete", pkey).print(format, or: "Successfully deleted PKey \(pkey)")
    }

    private func notFound(_ pkey: PKey) -> CommandFailure { CommandFailure("PKey \(pkey) not found in UFM") }
}
