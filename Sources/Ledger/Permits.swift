package import EtcdGateway
package import Reconciler
package import Transport

/// What a permit means for whoever carries out what it permits: until when, and over what.
extension WritePermit {
    /// Its lease, as the transport asks for it.
    package var sendLease: any SendLease { PermitLease(lease: lease) }

    private struct PermitLease: SendLease {
        let lease: any WriteLease
        var remaining: Duration? { lease.remaining }
    }

    /// What a transaction in etcd is to compare beside its own conditions.
    package var conditions: [TransactionCondition] {
        fence.map { [.modRevision(key: Array($0.key.utf8), equals: $0.revision)] } ?? []
    }
}
