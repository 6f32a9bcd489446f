import Foundation
import TestSupport
import Testing

/// In which of etcd's stores the keys of a site are: suites that start a daemon take it for a parameter.
enum KeyPlace: String, CaseIterable, Sendable {
    case v3
    /// Where pcocc up to 0.7.5 writes, with root's password as its guide has it.
    case v2

    /// What the log calls the source of the keys.
    var sourceName: String {
        switch self {
        case .v3: "etcd"
        case .v2: "etcd-v2"
        }
    }
}

extension Site.Options {
    /// Has the v2 store of an etcd ask for root's password, where the keys are in v2.
    func enableV2Authentication(of etcd: EtcdServer) async throws {
        if keys == .v2, hasV2Authentication { try await etcd.enableV2Authentication(rootPassword: etcdPassword) }
    }
}

/// Keys in etcd's v2 store, read and written by `curl`.
extension Site {
    /// Another etcd like that of the site, with a cluster of its own.
    func startOtherEtcd() async throws -> EtcdServer {
        let other = try await EtcdServer.start(etcd.options)
        try await options.enableV2Authentication(of: other)
        return other
    }

    /// Saves the data of etcd, the v2 store's too where the keys are there; gives where they are.
    func saveEtcd() async throws -> String {
        switch options.keys {
        case .v3: try await etcd.saveSnapshot()
        case .v2: try await etcd.saveCopy()
        }
    }

    /// Has etcd go on from data that were saved.
    func restoreEtcd(from saved: String) async throws {
        switch options.keys {
        case .v3: try await etcd.restoreAndRestart(from: saved)
        case .v2: try await etcd.putBackAndRestart(from: saved)
        }
    }

    /// How root is called in both stores, with the password.
    var v2Login: String { "root:\(options.etcdPassword)" }

    func putInV2(_ key: String, _ value: String) async throws {
        try await etcd.v2("PUT", "/keys" + key, form: ["value=" + value], login: v2Login)
    }

    func deleteInV2(_ key: String) async throws { try await etcd.v2("DELETE", "/keys" + key, login: v2Login) }

    /// The revision of the key of a PKey, or in v2 its index.
    func keyRevision(_ pkey: String) async throws -> Int64 {
        guard options.keys == .v2 else { return try #require(await get(Self.pkeyPrefix + pkey)).revision }
        struct Answer: Decodable {
            struct Node: Decodable {
                let modifiedIndex: Int64
            }

            let node: Node
        }
        let text = try await etcd.v2("GET", "/keys" + Self.pkeyPrefix + pkey, login: v2Login)
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)).node.modifiedIndex
    }

    /// The names of all keys of PKeys, in their order.
    func keyNames() async throws -> [String] {
        guard options.keys == .v2 else { return try await entries(prefix: Self.pkeyPrefix).map(\.key) }
        struct Answer: Decodable {
            struct Directory: Decodable {
                let nodes: [Node]?
            }
            struct Node: Decodable {
                let key: String
            }

            let node: Directory
        }
        let text = try await etcd.v2("GET", "/keys" + Self.pkeyPrefix, login: v2Login)
        return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)).node.nodes?.map(\.key).sorted() ?? []
    }
}
