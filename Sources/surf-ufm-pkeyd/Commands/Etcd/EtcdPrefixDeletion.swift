import EtcdGateway

/// `--recursive`: deletes all keys with a prefix, after saying how many they are.
struct EtcdPrefixDeletion {
    let client: EtcdClient
    let isConfirmed: Bool
    let format: OutputFormat

    func run(_ prefix: String) async throws {
        guard !prefix.isEmpty else {
            throw CommandFailure("--recursive: an empty prefix would delete every key; not done")
        }
        let range = KeyRange.prefix(Array(prefix.utf8))
        let count = try await client.range(range, countOnly: true).count
        guard count > 0 else { throw CommandFailure("No keys found with prefix: \(prefix)") }
        if !isConfirmed {
            guard Confirmation.isPossible else {
                throw CommandFailure("\(count) keys start with \(prefix): nothing is deleted without --yes")
            }
            guard Confirmation.ask("Delete \(count) keys that start with \(prefix)?") else {
                throw CommandFailure("nothing was deleted")
            }
        }
        let deleted = try await client.delete(range)
        try KeyChangeDocument.delete(prefix: prefix, count: Int(deleted)).print(
            format, or: "Successfully deleted \(deleted) keys with prefix '\(prefix)'")
    }
}
