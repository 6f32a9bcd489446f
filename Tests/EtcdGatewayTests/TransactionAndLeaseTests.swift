import KeyHistory
import TestSupport
import Testing

@testable import EtcdGateway

@Suite("Transactions and leases on a real etcd", .timeLimit(.minutes(20)))
struct TransactionAndLeaseTests {
    @Test("A transaction is carried out exactly if its condition holds")
    func conditions() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        let (key, mark) = ("\(prefix)key".bytes, "\(prefix)mark".bytes)
        try await withGateway([try etcd.member]) { client in
            func attempt(_ conditions: TransactionCondition...) async throws -> Bool {
                try await client.delete(.single(mark))
                let held = try await client.transaction(
                    if: conditions, then: [.put(key: mark, value: [1])], operation: "attempt")
                let isMarked = try await client.get(mark) != nil
                #expect(isMarked == held)
                return held
            }
            #expect(try await attempt())
            #expect(try await attempt(.modRevision(key: key, equals: 0)))
            #expect(try await attempt(.exists(key: key)) == false)
            let revision = try await client.put(key, [])
            #expect(try await attempt(.modRevision(key: key, equals: 0)) == false)
            #expect(try await attempt(.modRevision(key: key, equals: revision)))
            #expect(try await attempt(.modRevision(key: key, equals: revision - 1)) == false)
            #expect(try await attempt(.exists(key: key)))
            #expect(try await attempt(.exists(key: key), .modRevision(key: key, equals: 0)) == false)
            #expect(try await attempt(.value(key: key, equals: [])))
            #expect(try await attempt(.value(key: key, equals: [0])) == false)
            let made = try await client.revision(
                if: [.exists(key: key)], then: [.put(key: key, value: [7])], operation: "put")
            #expect(try await client.get(key)?.modRevision == made)
            #expect(try await attempt(.value(key: key, equals: [7])))
            #expect(try await attempt(.value(key: key, equals: [])) == false)
            try await client.delete(.single(key))
            #expect(try await attempt(.value(key: key, equals: [])) == false)
            #expect(try await attempt(.modRevision(key: key, equals: revision)) == false)
        }
    }

    @Test("The changes of a transaction are one revision, and its refusal by etcd is an error")
    func atomic() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        try await withGateway([try etcd.member]) { client in
            let puts = (1...3).map { TransactionChange.put(key: "\(prefix)\($0)".bytes, value: [0xff, 0]) }
            #expect(try await client.transaction(if: [], then: puts, operation: "put three"))
            let keyValues = try await client.list(.prefix(prefix.bytes)).keyValues
            #expect(keyValues.count == 3 && Set(keyValues.map(\.modRevision)).count == 1)
            let twice = await failure { () async throws(EtcdError) in
                try await client.transaction(if: [], then: [puts[0], puts[0]], operation: "put twice")
            }
            #expect(twice?.kind == .refused)
            #expect(twice?.description.contains("put twice: etcdserver: duplicate key") == true)
        }
    }

    @Test("A lease is granted, renewed and revoked, and takes its key with it")
    func lease() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        try await withGateway([try etcd.member]) { client in
            let lease = try await client.grantLease(seconds: 30)
            #expect(lease.timeToLive == 30)
            try await client.put("\(prefix)leased".bytes, [1], lease: lease.id)
            #expect(try await client.get("\(prefix)leased".bytes)?.lease == lease.id)
            #expect(try await client.keepAlive(lease.id) == 30)
            try await client.revokeLease(lease.id)
            #expect(try await client.get("\(prefix)leased".bytes) == nil)
            #expect(try await client.keepAlive(lease.id) == nil)
            let again = await failure { () async throws(EtcdError) in try await client.revokeLease(lease.id) }
            #expect(again?.kind == .leaseNotFound)
            let put = await failure { () async throws(EtcdError) in
                try await client.put("\(prefix)late".bytes, [1], lease: lease.id)
            }
            #expect(put?.kind == .leaseNotFound)
            let tooLong = await failure { () async throws(EtcdError) in
                try await client.grantLease(seconds: 9_000_000_001)
            }
            #expect(tooLong?.kind == .refused)
        }
    }

    @Test("A lease that is not renewed ends, and a watch tells the end of its key")
    func expiry() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        let key = "\(prefix)leased".bytes
        try await withGateway([try etcd.member]) { client in
            let revision = try await putOnShortLease(key, client)
            var watch = try await client.watch(.single(key), from: revision + 1).makeAsyncIterator()
            let deletion = try await watch.revisions(1)[0]
            #expect(deletion.changes == [.deleted(key: KeyName(key), revision: KeyVersion(deletion.revision))])
        }
    }

    /// Puts the key on a lease that is as short as this machine allows: a busy one may need longer than a second to get
    /// from the grant to the put, and the lease is gone by then.
    private func putOnShortLease(_ key: [UInt8], _ client: EtcdClient) async throws(EtcdError) -> Int64 {
        var seconds: Int64 = 1
        while true {
            let lease = try await client.grantLease(seconds: seconds)
            do throws(EtcdError) {
                return try await client.put(key, [1], lease: lease.id)
            } catch  where error.kind == .leaseNotFound {
                seconds *= 2
            }
        }
    }
}
