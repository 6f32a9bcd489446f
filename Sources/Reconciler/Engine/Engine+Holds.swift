internal import Fabric
internal import KeyHistory
internal import Planning

/// What is left alone, and why.
extension Engine {
    /// How soon an approval is noticed.
    static let approvalInterval = Duration.seconds(2)

    /// What may be done with a partition: what etcd wants, as far as the limits and the deletion guard admit it.
    ///
    /// Everything that is planned goes through here, so that nothing later has to remember what is forbidden.
    func intent(of pkey: PKey) -> Intent {
        let admitted = configuration.limits.admitted(desired.intent(of: pkey), for: pkey)
        return admitted == .absent && deletionGuard.holds(pkey) ? .held(.deletionGuard) : admitted
    }

    /// Judges those of the PKeys that are ours and no longer wanted, as one set of deletions.
    ///
    /// - Parameter isListed: whether a list shows that they are absent; otherwise one revision deleted them.
    mutating func judgeDeletions(
        among pkeys: Set<PKey>, isListed: Bool, now: Duration, _ actions: inout Actions
    ) {
        var absent: [PKey] = []
        var held: [PKey] = []
        for pkey in pkeys {
            guard let record = ledger[pkey],
                configuration.limits.admitted(desired.intent(of: pkey), for: pkey) == .absent
            else {
                deletionGuard.forget(pkey)
                continue
            }
            absent.append(pkey)
            if record.state == .guarded { deletionGuard.hold(pkey) }
            // However few they are: a ledger may outlive the store of the keys, and then every key looks deleted.
            if record.isGuardable, desired.lostHistory(of: record) != nil, deletionGuard.hold(pkey) {
                held.append(pkey)
            }
            if record.state == .approved, deletionGuard.approve(pkey) {
                actions.say(.warning, "The deletion of PKey \(pkey) has been approved")
                ask(pkey, .fresh, now: now)
            }
        }
        held += deletionGuard.judge(absent, owned: ledger.pkeys.count, isListed: isListed)
        if !held.isEmpty {
            actions.say(
                .error,
                "\(held.count) deletions at once, of \(ledger.pkeys.count) partitions, are held back: \(held.inWords); "
                    + "is \(desired.name) what it should be? If so: surf-ufm-pkeyd status --approve-deletes")
            for pkey in held { ask(pkey, .fresh, now: now) }
        }
        if deletionGuard.isHolding, approvalLookAt == nil { approvalLookAt = now + Self.approvalInterval }
    }

    /// The record that says why a partition of ours is left as it is; nil where the ledger says so already, or need not.
    func holdRecord(_ pkey: PKey, _ reason: HoldReason) -> LedgerRecord? {
        guard var record = ledger[pkey] else { return nil }
        switch reason {
        case .unreadable:
            (record.state, record.error) = (.held, "the value of \(desired.key(of: pkey)) cannot be read")
        case .deletionGuard where record.state == .guarded: return nil
        case .deletionGuard:
            let cause =
                desired.lostHistory(of: record).map {
                    "\(desired.name) has lost its history (revision \($0), was \(record.revision))"
                } ?? "deleted from \(desired.name) with many others"
            (record.state, record.error) = (.guarded, "\(cause): waits for an approval")
        case .outsideRange, .policy: return nil
        }
        return record == ledger[pkey] ? nil : record
    }

    /// Says once what the policy leaves undone.
    mutating func sayHeldBack(_ actions: inout Actions) {
        guard configuration.limits.policy != .sync, isReady else { return }
        let different = desired.pkeys.union(ledger.pkeys).filter { pkey in
            guard intent(of: pkey) == .held(.policy), let actual = fabric.partition(pkey) else { return false }
            let wanted = desired.intent(of: pkey)
            return !planner.steps(for: pkey, intent: wanted, actual: actual, isOwned: isOwned(pkey)).isEmpty
        }.sorted()
        guard different != toldDrift else { return }
        toldDrift = different
        let policy = configuration.limits.policy.rawValue
        actions.say(
            .warning,
            different.isEmpty
                ? "Policy \(policy): nothing is left undone"
                : "Policy \(policy): \(different.count) partitions differ and are left as they are: \(different.inWords)"
        )
    }
}
