import Foundation
import TestSupport

/// The etcd tool of the site, and what its JSON means.
extension Site {
    /// Runs `etcd` with these options, as root.
    func etcdTool(_ arguments: String...) async throws -> CommandResult {
        try await run(["etcd", "--etcd-user", "root"] + arguments)
    }

    /// Starts `etcd --watch` with these options beside the test, as root.
    func startWatch(_ arguments: String...) throws -> BackgroundProcess {
        try start(["etcd", "--etcd-user", "root", "--watch"] + arguments)
    }

    /// The revision of the store.
    func revision() async throws -> Int64 {
        struct Answer: Decodable {
            struct Header: Decodable { let revision: Int64 }
            let header: Header
        }
        let output = try await etcd.etcdctl("get", "--write-out=json", "--", "/none")
        return try JSONDecoder().decode(Answer.self, from: Data(output.utf8)).header.revision
    }

    /// Sets many keys in one transaction; the site needs `--max-txn-ops` for more than 128.
    func put(_ entries: [(key: String, value: String)]) async throws {
        let puts = entries.map { "put \"\($0.key)\" \"\($0.value)\"\n" }.joined()
        // Before the operations stand conditions, of which there are none.
        try await etcd.etcdctl("txn", input: "\n\(puts)\n\n")
    }
}

/// A key in the JSON of `--list`, `--get` and `--watch`.
struct ToolKey: Decodable, Equatable {
    struct Lease: Decodable, Equatable {
        let id: String
        let seconds_left: Int?
        let seconds_granted: Int?
    }

    struct Partition: Decodable, Equatable {
        let pkey: String?
        let hosts: [String]
        let vfs: [String]
        let problems: [String]
    }

    var key: String?
    var key_base64: String?
    var value: String?
    var value_base64: String?
    var lease: Lease?
    var partition: Partition?
    var event: String?
    let revision: Int64

    static func one(_ text: String) throws -> ToolKey {
        try JSONDecoder().decode(ToolKey.self, from: Data(text.utf8))
    }

    static func list(_ text: String) throws -> [ToolKey] {
        try JSONDecoder().decode([ToolKey].self, from: Data(text.utf8))
    }

    /// One document per line.
    static func lines(_ text: String) throws -> [ToolKey] {
        try text.split(separator: "\n").map { try one(String($0)) }
    }
}
