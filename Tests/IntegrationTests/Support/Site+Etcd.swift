import Foundation
import TestSupport

/// The etcd of the site, read and written by `etcdctl`: the program is not tested with itself.
extension Site {
    /// A key as etcd holds it.
    struct Entry: Sendable, Equatable {
        let key: String
        let value: String
        let revision: Int64
        /// The lease it goes with; 0 for none.
        let lease: Int64
    }

    /// Where pcocc writes its PKeys.
    static let pkeyPrefix = "/pcocc/global/opensm/pkeys/"
    /// Where the daemon keeps its records.
    static let ledgerPrefix = "/surf-ufm-pkeyd/default/partitions/"

    /// Sets a key.
    func put(_ key: String, _ value: String) async throws {
        // etcdctl takes no empty input, and the system no argument of more than 128 KiB.
        if value.utf8.count < 65_536 {
            try await etcd.etcdctl("put", "--", key, value)
        } else {
            try await etcd.etcdctl("put", "--", key, input: value)
        }
    }

    /// Sets the key of a PKey as pcocc does, which writes Python literals.
    func put(pkey: String, hosts: [String] = [], virtualFunctions: [String] = []) async throws {
        func list(_ guids: [String]) -> String { "[" + guids.map { "'0x\($0)'" }.joined(separator: ", ") + "]" }
        let value = "{'host_guids': \(list(hosts)), 'vf_guids': \(list(virtualFunctions))}"
        switch options.keys {
        case .v3: try await put(Self.pkeyPrefix + pkey, value)
        case .v2: try await putInV2(Self.pkeyPrefix + pkey, value)
        }
    }

    /// Sets a key to bytes, both written as in Go's string literals: `\xff`.
    func put(quotedKey key: String, quotedValue value: String) async throws {
        // After the conditions, of which there are none.
        try await etcd.etcdctl("txn", input: "\nput \"\(key)\" \"\(value)\"\n\n\n")
    }

    /// Deletes a key.
    func delete(_ key: String) async throws {
        try await etcd.etcdctl("del", "--", key)
    }

    /// Deletes the key of a PKey.
    func delete(pkey: String) async throws {
        switch options.keys {
        case .v3: try await delete(Self.pkeyPrefix + pkey)
        case .v2: try await deleteInV2(Self.pkeyPrefix + pkey)
        }
    }

    /// A key with its value; nil when it is not there.
    func get(_ key: String) async throws -> Entry? {
        try Self.entries(try await etcd.etcdctl("get", "--write-out=json", "--", key)).first
    }

    /// All keys that start so, in their order.
    func entries(prefix: String) async throws -> [Entry] {
        try Self.entries(try await etcd.etcdctl("get", "--write-out=json", "--prefix", "--", prefix))
    }

    /// The whole content of etcd.
    func contents() async throws -> [String: String] {
        let entries = try Self.entries(try await etcd.etcdctl("get", "--write-out=json", "--from-key", "--", ""))
        return Dictionary(entries.map { ($0.key, $0.value) }) { $1 }
    }

    /// How many seconds a lease has left.
    func timeToLive(ofLease lease: Int64) async throws -> Int {
        let output = try await etcd.etcdctl(
            "lease", "timetolive", String(lease, radix: 16), "--write-out=json")
        return try JSONDecoder().decode(Lease.self, from: Data(output.utf8)).ttl
    }

    /// The id of the cluster, in hexadecimal.
    var clusterID: String {
        get async throws {
            let output = try await etcd.etcdctl("endpoint", "status", "--write-out=json")
            let status = try JSONDecoder().decode([EndpointStatus].self, from: Data(output.utf8))
            return String(status.first?.Status.header.cluster_id ?? 0, radix: 16)
        }
    }

    private struct EndpointStatus: Decodable {
        struct Content: Decodable {
            struct Header: Decodable {
                let cluster_id: UInt64
            }

            let header: Header
        }

        let Status: Content
    }

    private static func entries(_ output: String) throws -> [Entry] {
        try JSONDecoder().decode(Range.self, from: Data(output.utf8)).kvs?.map(\.entry) ?? []
    }

    private struct Range: Decodable {
        let kvs: [KeyValue]?
    }

    private struct KeyValue: Decodable {
        let key: Data
        let value: Data?
        let mod_revision: Int64
        let lease: Int64?

        var entry: Entry {
            Entry(
                key: String(decoding: key, as: UTF8.self), value: String(decoding: value ?? Data(), as: UTF8.self),
                revision: mod_revision, lease: lease ?? 0)
        }
    }

    private struct Lease: Decodable {
        let ttl: Int
    }
}
