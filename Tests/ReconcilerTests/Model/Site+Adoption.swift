import Fabric
import KeyHistory
import Planning
import Reconciler

/// What is judged of partitions that are there and not ours: the model's own reading of the rule.
extension Site {
    /// A daemon makes a partition its own. What it had last seen there is to be ours beyond doubt.
    mutating func judgeAdoption(_ pkey: PKey, _ change: RecordChange, _ index: Int) {
        guard let slot = Self.slot(pkey), change.version == .absent, let record = change.record,
            // A record that the store lost is written anew, though nothing is done about its partition.
            record.state != .guarded
        else { return }
        let sight = daemons[index].witness.sights[slot]
        guard sight.isFresh, let there = sight.partition else { return }
        let value = change.keys[record.key]?.value ?? []
        guard !isOurs(there, pkey, wanted: value) else { return nearly(.scope) }
        fail(
            .scope,
            "\(pkey) is to be ours, which was last seen as \(there.name ?? "nameless") with \(PortSet(there)), where "
                + "\(String(decoding: value, as: UTF8.self)) is wanted")
    }

    /// Whether UFM has a partition that a key wants and that is nobody's as far as a daemon can know.
    func isInConflict(_ pkey: PKey) -> Bool {
        guard let slot = Self.slot(pkey), let there = ufm[pkey], case .present = era(slot).wish,
            let key = store.keys.values.first(where: { $0.pkey == pkey && $0.revision == era(slot).revision })
        else { return false }
        return !isOurs(there, pkey, wanted: key.entry.value)
    }

    /// - Parameter value: of the key that wants it.
    private func isOurs(_ there: Partition, _ pkey: PKey, wanted value: [UInt8]) -> Bool {
        let rule = configuration.limits.adoption
        if rule.adoptsAll || (rule.range?.contains(pkey) ?? false) { return true }
        let names = there.members.guids.map(\.description)
        let digits = String(pkey.number.value, radix: 16)
        let function = "c0cc" + String(repeating: "0", count: 4 - digits.count) + digits
        if names.contains(where: { $0.hasPrefix(function) }) { return true }
        let text = String(decoding: value, as: UTF8.self)
        return !names.isEmpty && names.allSatisfy(text.contains)
            && there.name?.lowercased() == "api_pkey_0x\(digits)"
    }
}
