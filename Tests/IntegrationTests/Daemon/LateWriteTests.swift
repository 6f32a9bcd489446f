import EtcdGateway
import Fabric
import KeyHistory
import Ledger
import Reconciler
import TestSupport
import Testing
import Transport

/// Keys in the etcd of the ledger, which its transactions compare.
private struct KeysBeside: EtcdKeySource {
    let id = SourceID("etcd", prefix: KeyName(Site.pkeyPrefix))

    func isKept(in client: EtcdClient) -> Bool { true }
    func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot {
        throw Failure(.malformed, "not listed")
    }
    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {}
    func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher { throw Failure(.malformed, "not asked") }
}

/// Writes of the ledger that etcd carries out long after they were given up.
@Suite("Late writes of the ledger in etcd")
struct LateWriteTests {
    private static let key: KeyName = "/pcocc/global/opensm/pkeys/0x2000"

    /// The ledger and its etcd, as a daemon has them.
    private func withLedger(_ body: (Site, EtcdLedger, PKey) async throws -> Void) async throws {
        try await withSite(.http) { site in
            let http = try HTTPClient()
            defer { http.shutdown() }
            let client = try EtcdClient(
                EtcdConfiguration(
                    endpoints: [try EtcdEndpoint(parsing: site.etcd.endpoint, defaultScheme: .http, defaultPort: 2379)],
                    login: EtcdConfiguration.Login(user: "root", password: site.options.etcdPassword),
                    tls: TLSSettings(verification: .none), timeout: .seconds(10)), transport: http)
            let ledger = EtcdLedger(EtcdRecords(client, fabric: "default"), sources: [KeysBeside()])
            try await body(site, ledger, try PKey(parsing: "0x2000"))
        }
    }

    private func permit(_ write: WriteGate.Write) throws -> WritePermit { try #require(WriteGate().permit(for: write)) }

    /// Writes the key, and claims it.
    private func claim(_ site: Site, _ ledger: EtcdLedger, _ pkey: PKey, host: String) async throws -> RecordVersion? {
        try await site.put(pkey: "0x2000", hosts: [host])
        let key = try #require(await site.get(Self.key.description))
        let state = KeyState(KeyVersion(key.revision), Array(key.value.utf8))
        let record = LedgerRecord(.claimed, key: Self.key, revision: state.version)
        let over = try await ledger.entry(of: pkey)?.version ?? .absent
        let answer = try await ledger.claim(record, for: pkey, over: over, expecting: state, permit(.claim))
        guard case .written(let version) = answer else { return nil }
        #expect(try await ledger.entry(of: pkey)?.version == version)
        return version
    }

    @Test("A release that is carried out after a new claim does not take its record, nor one while the key is there")
    func release() async throws {
        try await withLedger { site, ledger, pkey in
            let first = try #require(try await claim(site, ledger, pkey, host: "043f720300f55176"))
            let absent: [KeyName: KeyState] = [Self.key: .absent]
            // The key is still there.
            #expect(try await ledger.release(pkey, over: first, expecting: absent, permit(.release)) == .refused)
            try await site.delete(pkey: "0x2000")
            let second = try #require(try await claim(site, ledger, pkey, host: "043f720300f55177"))
            try await site.delete(pkey: "0x2000")
            // What was given up comes now: the key is absent, and the record is another one.
            #expect(try await ledger.release(pkey, over: first, expecting: absent, permit(.release)) == .refused)
            #expect(try await ledger.entry(of: pkey)?.version == second)
            guard case .written = try await ledger.release(pkey, over: second, expecting: absent, permit(.release))
            else {
                Issue.record("the release was refused")
                return
            }
            #expect(try await ledger.entry(of: pkey) == nil)
        }
    }

    @Test(
        "A note, an authorisation and a claim that come late change nothing either; each writing has a word of its own")
    func others() async throws {
        try await withLedger { site, ledger, pkey in
            let first = try #require(try await claim(site, ledger, pkey, host: "043f720300f55176"))
            let nonce = try #require(try await ledger.entry(of: pkey)?.nonce)
            let second = try #require(try await claim(site, ledger, pkey, host: "043f720300f55177"))
            #expect(try await ledger.entry(of: pkey)?.nonce != nonce)
            let failing = LedgerRecord(.failing, key: Self.key, revision: 1, error: "late")
            #expect(try await ledger.amend(failing, for: pkey, over: first, permit(.amendment)) == .refused)
            try await site.delete(pkey: "0x2000")
            let deleting = LedgerRecord(.deleting, key: Self.key, revision: 0)
            let answer = try await ledger.authoriseDeletion(
                of: pkey, deleting, over: first, expecting: [Self.key: .absent], leaving: nil, permit(.authorisation))
            #expect(answer == .refused)
            #expect(try await ledger.entry(of: pkey)?.version == second)
        }
    }

    @Test("A second opinion agrees with the record and the key as they are, and with no others; it raises no revision")
    func secondOpinion() async throws {
        try await withLedger { site, ledger, pkey in
            let first = try #require(try await claim(site, ledger, pkey, host: "043f720300f55176"))
            let second = try #require(try await claim(site, ledger, pkey, host: "043f720300f55177"))
            let key = try #require(await site.get(Self.key.description))
            let states = [Self.key: KeyState(KeyVersion(key.revision), Array(key.value.utf8))]
            func opinion(_ version: RecordVersion, _ keys: [KeyName: KeyState]) async throws -> LedgerAnswer {
                try await ledger.confirm(pkey, over: version, expecting: keys, permit(.confirmation))
            }
            #expect(try await opinion(second, states) == .allowed)
            #expect(try await opinion(first, states) == .refused)
            #expect(try await opinion(second, [Self.key: .absent]) == .refused)
            #expect(try await ledger.entry(of: pkey)?.version == second)
            #expect(try await ledger.records().records[pkey]?.version == second)
        }
    }

    @Test("etcd takes a second opinion on 40 partitions at once, and refuses it when one key is another by then")
    func opinions() async throws {
        try await withLedger { site, ledger, _ in
            let pkeys = (0x2000..<0x2028).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }
            var claims: [PKey: NewClaim] = [:]
            for pkey in pkeys {
                try await site.put(pkey: pkey.description, hosts: ["043f720300f55176"])
                let key = try #require(await site.get(Site.pkeyPrefix + pkey.description))
                let state = KeyState(KeyVersion(key.revision), Array(key.value.utf8))
                let name = KeyName(Site.pkeyPrefix + pkey.description)
                claims[pkey] = NewClaim(LedgerRecord(.claimed, key: name, revision: state.version), state)
            }
            guard case .written(let version) = try await ledger.claim(claims, permit(.batch)) else {
                Issue.record("they were not claimed")
                return
            }
            let expected = claims.mapValues { Premise(over: version, [$0.record.key: $0.key]) }
            #expect(expected.count == 40)
            #expect(try await ledger.confirm(expected, permit(.confirmation)) == .allowed)
            try await site.delete(pkey: "0x2027")
            #expect(try await ledger.confirm(expected, permit(.confirmation)) == .refused)
        }
    }

    @Test("A claim for a key that has the revision that was told and another value is refused")
    func value() async throws {
        try await withLedger { site, ledger, pkey in
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"])
            let key = try #require(await site.get(Self.key.description))
            let record = LedgerRecord(.claimed, key: Self.key, revision: KeyVersion(key.revision))
            let told = KeyState(KeyVersion(key.revision), Array("{'host_guids': [], 'vf_guids': []}".utf8))
            #expect(
                try await ledger.claim(record, for: pkey, over: .absent, expecting: told, permit(.claim)) == .refused)
            #expect(try await ledger.records().records.isEmpty)
        }
    }

    @Test("What is no record is told as such: unreadable, misspelt, about another key, or under no PKey's name")
    func strange() async throws {
        try await withLedger { site, ledger, _ in
            func record(_ key: String) -> String {
                #"{"state":"synced","key":"\#(key)","revision":3,"time":"2026-01-31T12:00:00Z"}"#
            }
            let prefix = Site.ledgerPrefix
            try await site.put(prefix + "0x2000", record(Site.pkeyPrefix + "0x2000"))
            try await site.put(prefix + "0x2001", "nonsense")
            try await site.put(prefix + "0x2002", #"{"state":"future","key":"/a/0x2002","revision":3,"time":""}"#)
            try await site.put(prefix + "0X2003", record(Site.pkeyPrefix + "0x2003"))
            try await site.put(prefix + "0x0005", record(Site.pkeyPrefix + "0x5"))
            try await site.put(prefix + "0x2004", record(Site.pkeyPrefix + "0x2000"))
            try await site.put(prefix + "0x7fff", record(Site.pkeyPrefix + "0x7fff"))
            try await site.put(prefix + "0x2006\u{200d}", record(Site.pkeyPrefix + "0x2006"))
            let content = try await ledger.records()
            #expect(content.records.keys.map(\.description) == ["0x2000"])
            let held = Set(content.strange.compactMap(\.pkey).map(\.description))
            #expect(held == ["0x2001", "0x2002", "0x2003", "0x5", "0x2004"])
            #expect(content.strange.count == 7)
        }
    }
}
