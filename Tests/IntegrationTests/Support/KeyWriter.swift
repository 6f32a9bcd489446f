import EtcdGateway
import EtcdV2
import TestSupport
import Transport

/// Writes PKeys into the etcd of a site as quickly as etcd takes them, over a connection that is kept.
///
/// Whom a host belongs to can be read from its GUID: `tenant << 8 | number`.
struct KeyWriter: Sendable {
    private let client: EtcdClient
    /// Where the keys are in v2.
    private let v2: EtcdV2Client?

    fileprivate init(_ client: EtcdClient, _ v2: EtcdV2Client?) {
        self.client = client
        self.v2 = v2
    }

    /// The GUIDs of a tenant's hosts.
    static func hosts(of tenant: UInt64, count: Int) -> Set<UInt64> {
        Set((1...UInt64(count)).map { tenant << 8 | $0 })
    }

    /// Sets the key of a PKey as pcocc does.
    func put(_ pkey: UInt16, hosts: Set<UInt64>, virtualFunctions: Set<UInt64> = []) async throws {
        let value = "{'host_guids': [\(Self.list(hosts))], 'vf_guids': [\(Self.list(virtualFunctions))]}"
        if let v2 {
            try await v2.set(Self.key(pkey), to: value)
        } else {
            try await client.put(Array(Self.key(pkey).utf8), Array(value.utf8))
        }
    }

    /// Moves the store's revision on, so many times.
    func touch(_ times: Int) async throws {
        for time in 0..<times {
            if let v2 {
                try await v2.set("/others", to: "\(time)")
            } else {
                try await client.put(Array("/others".utf8), Array("\(time)".utf8))
            }
        }
    }

    func delete(_ pkey: UInt16) async throws {
        if let v2 {
            try await v2.delete(Self.key(pkey))
        } else {
            try await client.delete(.single(Array(Self.key(pkey).utf8)))
        }
    }

    private static func key(_ pkey: UInt16) -> String { Site.pkeyPrefix + "0x" + String(pkey, radix: 16) }

    private static func list(_ guids: Set<UInt64>) -> String {
        guids.sorted().map { guid in
            let digits = String(guid, radix: 16)
            return "'0x\(String(repeating: "0", count: 16 - digits.count))\(digits)'"
        }.joined(separator: ", ")
    }
}

/// Gives the body a writer to the etcd of a site, or to another one with the same passwords; its connections are gone
/// afterwards.
func withKeyWriter<Result>(
    _ site: Site, to other: EtcdServer? = nil, isolation: isolated (any Actor)? = #isolation,
    _ body: (KeyWriter) async throws -> Result
) async throws -> Result {
    let transport = try HTTPClient()
    defer { transport.shutdown() }
    let url = (other ?? site.etcd).clientURL
    let member = try EtcdEndpoint(parsing: url, defaultScheme: .http, defaultPort: 2379)
    let login = EtcdConfiguration.Login(user: "root", password: site.options.etcdPassword)
    let configuration = EtcdConfiguration(endpoints: [member], login: login)
    let client = try EtcdClient(configuration, transport: transport)
    let v2 = site.options.keys == .v2 ? try EtcdV2Client(configuration, transport: transport) : nil
    return try await body(KeyWriter(client, v2))
}
