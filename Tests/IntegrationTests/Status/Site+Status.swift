import Foundation
import TestSupport

/// The status tool of the site.
extension Site {
    /// Runs `status` with these options, as root.
    func status(_ arguments: String...) async throws -> CommandResult {
        try await run(["status", "--etcd-user", "root"] + arguments)
    }

    /// What `status --output json` says of one PKey; nil when it says nothing of it.
    func statusOf(_ pkey: String, _ arguments: String...) async throws -> StatusDocument.Partition? {
        let result = try await run(["status", "--etcd-user", "root", "--output", "json"] + arguments)
        return try StatusDocument(result.output).partitions.first { $0.pkey == pkey }
    }

    /// Deletes all keys of the PKey directory in one revision; in v2 by taking the directory away and making it again.
    func deleteAllPKeys() async throws {
        guard options.keys == .v3 else {
            let directory = "/keys" + Self.pkeyPrefix.dropLast()
            try await etcd.v2("DELETE", directory + "?recursive=true", login: v2Login)
            try await etcd.v2("PUT", directory + "?dir=true", login: v2Login)
            return
        }
        try await etcd.etcdctl("del", "--prefix", "--", Self.pkeyPrefix)
    }
}

/// The JSON of `status`.
struct StatusDocument: Decodable {
    struct Partition: Decodable, Equatable {
        let pkey: String
        let state: String
        let key: String
        let key_revision: Int64?
        let record_state: String?
        let record_revision: Int64?
        let record_time: String?
        let error: String?
    }

    let fabric: String
    let revision: Int64
    let partitions: [Partition]
    let summary: [String: Int]

    init(_ text: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }
}
