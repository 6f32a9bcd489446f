package import Fabric
package import KeyHistory
package import Planning

/// What a daemon stands on: whose partitions it may change, and by whose keys. Pure.
///
/// It comes from settings, and settings are mistaken at times: the name of a fabric that points at another UFM would have us delete
/// what is another's there, a `networks.yaml` that is missing would make every PKey ours, and below another prefix every key
/// is missing.
package struct Footing: Hashable, Sendable {
    /// UFM's hosts: names and addresses, in ascending order.
    package let hosts: [String]
    /// The PKeys that may be touched.
    package let range: ManagedRange
    /// What the names of keys begin with, such as `/pcocc/global/opensm/pkeys/`; nil where nobody has said so.
    package let prefix: KeyName?

    package init(hosts: some Sequence<String>, range: ManagedRange, prefix: KeyName? = nil) {
        self.hosts = Set(hosts).sorted()
        self.range = range
        self.prefix = prefix
    }

    /// Whether both say the same.
    package func isSame(as other: Footing) -> Bool {
        hosts == other.hosts && range.covers(other.range) && other.range.covers(range) && prefix == other.prefix
    }

    /// Whether keys are elsewhere than they were.
    private func hasOtherKeys(than known: Footing) -> Bool {
        guard let prefix, let before = known.prefix else { return false }
        return prefix != before
    }

    /// Whether a UFM may be the one that it was: by a name or an address.
    package func sharesHost(with other: Footing) -> Bool { !Set(hosts).isDisjoint(with: other.hosts) }

    /// Whether a fabric has partitions of ours, by what the ledger says is in step there: most of them, since numbers alone are
    /// the same at other sites. A ledger without any speaks for every fabric.
    package static func hasOurs(_ ledger: LedgerContent, in fabric: FabricSnapshot) -> Bool {
        let ours = ledger.records.filter { $0.value.record.state == .synced }.keys
        return ours.count { fabric[$0] != nil } * 2 >= ours.count
    }

    /// What may be done on this footing, where a daemon stood on another one before.
    ///
    /// - Parameter isOurUFM: whether it is the same UFM: by its hosts, or since our partitions are there.
    package func verdict(after known: Footing?, isOurUFM: Bool) -> Verdict {
        guard let known else { return .stands }
        guard isOurUFM, !hasOtherKeys(than: known) else { return .waits(admitted: nil) }
        return known.range.covers(range) ? .stands : .waits(admitted: known.range.intersection(range))
    }

    package enum Verdict: Hashable, Sendable {
        /// All of it.
        case stands
        /// This range alone until somebody confirms the rest; nothing for nil.
        case waits(admitted: ManagedRange?)
    }

    /// What is another thing than it was, in words.
    package func differences(from known: Footing, isOurUFM: Bool) -> String {
        var words: [String] = []
        if !isOurUFM {
            words.append(
                "UFM is \(hosts.joined(separator: ", ")) and was \(known.hosts.joined(separator: ", ")), and has none of our partitions"
            )
        }
        if hasOtherKeys(than: known), let prefix, let before = known.prefix {
            words.append("keys are looked for below \(prefix) and were below \(before)")
        }
        if !known.range.covers(range) { words.append("the managed range is \(range) and was \(known.range)") }
        return words.joined(separator: "; ")
    }
}
