import Fabric
import Planning

/// UFM as a value: partitions, and what its calls do to them. The model's own reading of them, not the planner's.
struct FabricManager: Sendable {
    /// How much of a request is carried out.
    enum Portion: Hashable, Sendable {
        case whole
        case nothing
        /// The first half of the members. Of a replacement, which a client may have to make as removals and additions, the
        /// removals alone.
        case half
        /// All but the ports that UFM does not take.
        case without(PortSet)
    }

    private(set) var partitions: [PKey: Partition] = [:]
    /// Those that came into being by one of our requests, and not by somebody else's.
    private(set) var ours: Set<PKey> = []
    /// What a copy, made now and then, would bring back.
    private var copy: (partitions: [PKey: Partition], ours: Set<PKey>) = ([:], [])

    /// Every port is in the default partition, which nobody may write.
    static let defaultPartition = Partition(
        number: .defaultPartition, name: "management", ipOverIB: true, members: [])

    subscript(pkey: PKey) -> Partition? { partitions[pkey] }

    func ports(of pkey: PKey) -> PortSet { PortSet(partitions[pkey]) }

    // MARK: What we ask of it

    /// Carries out a request of ours.
    mutating func perform(_ step: PlanStep, _ portion: Portion = .whole) {
        guard portion != .nothing else { return }
        switch step {
        case .create(let new): create(new, portion)
        case .add(let pkey, let members, let ipOverIB):
            add(portion.of(members), to: pkey, ipOverIB: ipOverIB)
        case .remove(let pkey, let guids):
            remove(portion == .half ? Array(guids.prefix((guids.count + 1) / 2)) : guids, from: pkey)
        case .replace(let pkey, let members, let ipOverIB, let qos):
            let wanted = Set(members.map(\.guid))
            guard portion != .half else {
                remove((partitions[pkey]?.members ?? []).guids.filter { !wanted.contains($0) }, from: pkey)
                return
            }
            var partition = partitions[pkey] ?? make(pkey)
            partition.ipOverIB = ipOverIB
            partition.qos = qos ?? partition.qos
            partition.members = Members(portion.of(members))
            partitions[pkey] = partition
            dropIfEmpty(pkey)
        case .setQoS(let pkey, let qos): partitions[pkey]?.qos = qos
        case .delete(let pkey): delete(pkey)
        }
    }

    /// Makes a partition; of one that is there all the same, only the request that sets all members takes any away.
    private mutating func create(_ new: NewPartition, _ portion: Portion) {
        switch new.way {
        case .adding: add(portion.of(new.members), to: new.pkey, ipOverIB: new.ipOverIB)
        case .empty: if partitions[new.pkey] == nil { partitions[new.pkey] = make(new.pkey, name: new.name) }
        case .whole:
            let members = portion.of(new.members)
            guard !members.isEmpty else { return }
            var partition = partitions[new.pkey] ?? make(new.pkey, name: new.name)
            partition.ipOverIB = new.ipOverIB
            partition.qos = new.qos
            partition.members = Members(members)
            partitions[new.pkey] = partition
        }
    }

    private mutating func add(_ members: [Member], to pkey: PKey, ipOverIB: Bool) {
        guard !members.isEmpty else { return }
        var partition = partitions[pkey] ?? make(pkey)
        partition.ipOverIB = ipOverIB
        for member in members { partition.members[member.guid] = member }
        partitions[pkey] = partition
    }

    /// A partition that a request of ours makes; without a name it gets one of UFM's.
    private mutating func make(_ pkey: PKey, name: String? = nil) -> Partition {
        ours.insert(pkey)
        return Partition(number: pkey.number, name: name ?? "api_pkey_\(pkey)", ipOverIB: false, members: [])
    }

    private mutating func remove(_ guids: [GUID], from pkey: PKey) {
        for guid in guids { partitions[pkey]?.members[guid] = nil }
        dropIfEmpty(pkey)
    }

    /// A partition that loses its last member is gone: UFM deletes it by itself.
    private mutating func dropIfEmpty(_ pkey: PKey) {
        if partitions[pkey]?.members.isEmpty == true { delete(pkey) }
    }

    private mutating func delete(_ pkey: PKey) {
        partitions[pkey] = nil
        ours.remove(pkey)
    }

    // MARK: What it shows

    /// Every partition but these.
    func list(without hidden: Set<PKey> = []) -> FabricSnapshot {
        FabricSnapshot(
            complete: partitions.filter { !hidden.contains($0.key) }.map(\.value) + [Self.defaultPartition])
    }

    /// Of an empty standby, or one that has yet to load its partitions.
    static let emptyList = FabricSnapshot(complete: [defaultPartition])

    // MARK: What befalls it

    /// Somebody else sets a partition, or deletes it with nil.
    mutating func set(_ partition: Partition?, of pkey: PKey) {
        if partition == nil { ours.remove(pkey) }
        partitions[pkey] = partition
    }

    /// A copy of the state is made, as for a standby or a backup.
    mutating func keepCopy() {
        copy = (partitions, ours)
    }

    /// Comes back with the state of that copy; gives the PKeys that are there again.
    mutating func goBack() -> Set<PKey> {
        let revived = Set(copy.partitions.keys).subtracting(partitions.keys)
        (partitions, ours) = copy
        return revived
    }
}

extension FabricManager.Portion {
    /// The members that are taken of these.
    fileprivate func of(_ members: [Member]) -> [Member] {
        switch self {
        case .whole: members
        case .nothing: []
        case .half: Array(members.prefix((members.count + 1) / 2))
        case .without(let refused): members.filter { !refused.contains(PortSet($0.guid)) }
        }
    }
}
