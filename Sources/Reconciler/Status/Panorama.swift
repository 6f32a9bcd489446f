package import Fabric
internal import KeyHistory
internal import Planning

/// All partitions at one moment, as the engine knows them: for whoever shows them to people.
///
/// Taking one costs the same however many there are; the engine pays for the next change alone, once, if somebody still has it.
package struct Panorama: Sendable {
    /// What the sources want.
    package let desired: DesiredState
    /// What may be done of it.
    package let admission: Admission
    /// The ledger's records; nil until it has been read.
    package let records: [PKey: KeptRecord]?
    /// What stands in the place of records.
    package let strange: [PKey: StrangeRecord]
    /// What is in the way of taking partitions over.
    package let conflicts: [PKey: ConflictNote]
    private let picture: Picture?
    private let waiters: WaitingPartitions

    init(_ standings: Standings) {
        desired = standings.sides.source.desiredSoFar
        admission = standings.admission
        records = standings.sides.ledger.records
        strange = standings.sides.ledger.strange
        conflicts = standings.sides.ledger.conflicts
        picture = standings.picture
        waiters = standings.waiters
    }

    /// Those that a source or the ledger knows, in ascending order.
    package var pkeys: [PKey] {
        desired.pkeys.union((records ?? [:]).keys).union(strange.keys).union(conflicts.keys).sorted()
    }

    /// A partition as the fabric manager was last seen to have it; nil where it has none, or nobody knows.
    package func partition(_ pkey: PKey) -> Partition? { (picture?.fabric.partition(pkey) ?? nil) ?? nil }

    /// What the ledger says that a partition waits for.
    package func note(of pkey: PKey) -> WaitingNote? { waiters.note(of: pkey) }

    /// The ports that partitions wait for, since others still have them.
    package var awaitedPorts: Set<GUID> {
        waiters.pkeys.reduce(into: []) { $0.formUnion(waiters[$1]?.holders.keys ?? [:].keys) }
    }

    /// The ports that the fabric manager shows in more than one of the partitions that are ours.
    package var portsInSeveral: Set<GUID> {
        var (seen, several): (Set<GUID>, Set<GUID>) = ([], [])
        for pkey in (records ?? [:]).keys {
            for guid in partition(pkey)?.members.guids ?? [] where !seen.insert(guid).inserted {
                several.insert(guid)
            }
        }
        return several
    }
}
