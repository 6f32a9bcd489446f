internal import Fabric
internal import KeyHistory
internal import Planning

/// The ports that partitions of ours still have and are to lose: until one is seen gone it joins no other. Pure.
///
/// Only these are kept, so that it costs nothing while nothing moves.
struct LeavingPorts: Equatable, Sendable {
    private var holders: [GUID: Set<PKey>] = [:]
    private var ports: [PKey: Set<GUID>] = [:]
    /// How far the sources had come when the deletion of each was held that is.
    private var guarded: [PKey: SourceReach] = [:]

    /// The partitions that have such ports.
    var pkeys: Dictionary<PKey, Set<GUID>>.Keys { ports.keys }

    /// Takes note of which ports partitions have still to give up; gives those that none of them has to any more.
    ///
    /// - Parameter isDoubted: whether one may be ours, though the ledger is not known to say so.
    mutating func index(
        _ pkeys: some Sequence<PKey>, _ picture: Picture, _ admission: Admission, isDoubted: (PKey) -> Bool
    ) -> Set<GUID> {
        var free: Set<GUID> = []
        for pkey in pkeys {
            let standing = picture.standing(of: pkey, admission, self)
            let ports = standing.leaving(of: picture.fabric.ports(pkey), isDoubted: isDoubted(pkey))
            free.formUnion(set(ports, of: pkey))
        }
        return free
    }

    /// Sets the ports that a partition still has and is to lose.
    ///
    /// - Returns: those that it had before and has no more, or is to keep.
    mutating func set(_ leaving: Set<GUID>, of pkey: PKey) -> Set<GUID> {
        let before = ports[pkey] ?? []
        guard before != leaving else { return [] }
        let gone = before.subtracting(leaving)
        for guid in gone {
            holders[guid]?.remove(pkey)
            if holders[guid]?.isEmpty == true { holders[guid] = nil }
        }
        for guid in leaving.subtracting(before) { holders[guid, default: []].insert(pkey) }
        ports[pkey] = leaving.isEmpty ? nil : leaving
        return gone
    }

    /// Whether a partition still has ports that it is to lose.
    func isLosing(_ pkey: PKey) -> Bool { ports[pkey] != nil }

    /// The deletion of these is held now, and of no others.
    mutating func hold(_ pkeys: [PKey], at reach: SourceReach) {
        guard !(pkeys.isEmpty && guarded.isEmpty) else { return }
        guarded = pkeys.reduce(into: [:]) { $0[$1] = guarded[$1] ?? reach }
    }

    /// How far the sources had come when the deletion of a partition was held; nil where it is not.
    func isGuarded(_ pkey: PKey) -> SourceReach? { guarded[pkey] }

    /// Which of these ports another partition has still to give up, unless they are in this one already.
    func waiting(_ pkey: PKey, for wanted: some Sequence<GUID>, actual: Partition?) -> Waiting? {
        guard !holders.isEmpty else { return nil }
        var found: [GUID: PKey] = [:]
        for guid in wanted where actual?.members[guid] == nil {
            // The lowest, so that the same world gives the same words.
            found[guid] = holders[guid]?.filter { $0 != pkey }.min()
        }
        return Waiting(found)
    }
}

extension Standing {
    /// The ports that the partition may still have and that the plan takes away: of one that is ours, or about to be.
    ///
    /// One whose deletion is held keeps its ports until somebody has decided, or has wanted one elsewhere since: that one it
    /// gives up, and no other joins before it is seen to have left.
    ///
    /// - Parameter isDoubted: whether it may be ours, though the ledger is not known to say so.
    func leaving(of possible: Set<GUID>, isDoubted: Bool) -> Set<GUID> {
        switch intent {
        // It may have lost any of them by what its key says now.
        case .present where isRefuted: possible
        case .present(let desired): possible.filter { desired.members[$0] == nil }
        case .absent, .held(.deletionGuard):
            isOwned || isDoubted || lostRecord != nil || isRevenant ? possible : []
        case .held(.awaitingWatch), .held(.disputed): isOwned || isDoubted ? possible : []
        case .held(.unreadable), .held(.record), .held(.outsideRange), .held(.policy): []
        // What is not ours keeps what it has, as far as the ledger knows.
        case .held(.conflict):
            if isDoubted, case .present(let desired) = wanted {
                possible.filter { desired.members[$0] == nil }
            } else {
                []
            }
        // It loses them once they agree.
        case .held(.membersDisagree):
            if case .present(let desired) = wanted {
                possible.filter { desired.members[$0] == nil }
            } else {
                isOwned || isDoubted ? possible : []
            }
        }
    }
}
