import EtcdGateway
import TestSupport
import Transport

/// Writes PKeys into the etcd of a site as quickly as etcd takes them, over a connection that is kept.
///
/// Whom a host belongs to can be read from its GUID: `tenant << 8 | number`.
struct KeyWriter: Sendable {
    private let client: EtcdClient

    fileprivate init(_ client: EtcdClient) {
        self.client = client
    }

    /// The GUIDs of a tenant's hosts.
    static func hosts(of tenant: UInt64, count: Int) -> Set<UInt64> {
        Set((1...UInt64(count)).map { tenant << 8 | $0 })
    }

    /// Sets the key of a PKey as pcocc does.
    func put(_ pkey: UInt16, hosts: Set<UInt64>, virtualFunctions: Set<UInt64> = []) async throws {
        let value = "{'host_guids': [\(Self.list(hosts))], 'vf_guids': [\(Self.list(virtualFunctions))]}"
        try await client.put(Self.key(pkey), Array(value.utf8))
    }

    /// Moves the store's revision on, so many times.
    func touch(_ times: Int) async throws {
        for time in 0..<times { try await client.put(Array("/others".utf8), Array("\(time)".utf8)) }
    }

    func delete(_ pkey: UInt16) async throws {
        try await client.delete(.single(Self.key(pkey)))
    }

    private static func key(_ pkey: UInt16) -> [UInt8] {
        Array((Site.pkeyPrefix + "0x" + String(pkey, radix: 16)).utf8)
    }

    private static func list(_ guids: Set<UInt64>) -> String {
        guids.sorted().map { guid in
            let digits = String(guid, radix: 16)
            return "'0x\(String(repeating: "0", count: 16 - digits.count))\(digits)'"
        }.joined(separator: ", ")
    }
}

/// Gives the body a writer to the etcd of a site; its connections are gone afterwards.
func withKeyWriter<Result>(
    _ site: Site, isolation: isolated (any Actor)? = #isolation, _ body: (KeyWriter) async throws -> Result
) async throws -> Result {
    let transport = try HTTPClient()
    defer { transport.shutdown() }
    let member = try EtcdEndpoint(parsing: site.etcd.clientURL, defaultScheme: .http, defaultPort: 2379)
    let login = EtcdConfiguration.Login(user: "root", password: site.options.etcdPassword)
    let client = try EtcdClient(EtcdConfiguration(endpoints: [member], login: login), transport: transport)
    return try await body(KeyWriter(client))
}
