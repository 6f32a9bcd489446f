import Fabric
import KeyHistory
import Planning
import Reconciler

/// What the journal of a failing history says.
extension Request {
    var words: String {
        switch self {
        case .list: "list of the keys"
        case .readLedger: "list of the records"
        case .claim(let changes, _):
            changes.sorted { $0.key < $1.key }.map { "claim \($0.key) \($0.value.words)" }.joined(separator: ", ")
        case .amend(let pkey, let change): "amend \(pkey) \(change.words)"
        case .dispute(let pkey, let note):
            "note on \(pkey): \(note.map { "\($0.conflict.inWords) @\($0.revision)" } ?? "no conflict")"
        case .authorise(let pkey, let change, let tombstone):
            "authorise the deletion of \(pkey) \(change.words)"
                + (tombstone.map { ", keeping \(PortSet($0.members))" } ?? "")
        case .takeBack(let pkey, let change, let version):
            "take back \(pkey) \(change.words), by its tombstone \(version.number)"
        case .release(let pkey, let change): "release \(pkey) \(change.words)"
        case .confirm(let changes):
            changes.sorted { $0.key < $1.key }.map { "second opinion on \($0.key) \($0.value.words)" }
                .joined(separator: ", ")
        case .readFabric: "list of UFM"
        case .ping: "ping"
        case .readPartition(let pkey): "read \(pkey)"
        case .write(.create(let new)): "make \(new.pkey), with \(PortSet(new.members.map(\.guid)))"
        case .write(.add(let pkey, let members, _)): "add \(PortSet(members.map(\.guid))) to \(pkey)"
        case .write(.remove(let pkey, let guids)): "remove \(PortSet(guids)) from \(pkey)"
        case .write(.replace(let pkey, let members, _, _)): "set \(pkey) to \(PortSet(members.map(\.guid)))"
        case .write(.setQoS(let pkey, let qos)): "set quality of service of \(pkey): \(qos)"
        case .write(.delete(let pkey)): "delete \(pkey)"
        }
    }
}

extension RecordChange {
    fileprivate var words: String {
        let keys = keys.sorted { $0.key < $1.key }.map { "\($0.key)@\($0.value.version)" }
        return (record.map { "\($0.state) @\($0.revision) " } ?? "")
            + "over \(version.number)" + (keys.isEmpty ? "" : " if \(keys)")
    }
}

extension Reply {
    var words: String {
        switch self {
        case .done: "done"
        case .ledger(.written(let version)): "done, version \(version.number)"
        case .ledger(.allowed): "allowed, and not written"
        case .ledger(.refused): "the conditions do not hold"
        case .keys(let store): "at \(store.revision): \(store.words)"
        case .records(let content):
            (content.records.sorted { $0.key < $1.key }.map { pkey, kept in
                "\(pkey) \(kept.record.state) @\(kept.record.revision)"
            } + content.strange.map { "\($0.name): \($0.problem)" }).joined(separator: ", ")
        case .fabric(let snapshot):
            snapshot.sortedPartitions.dropLast().map { "\($0.number) \(PortSet($0))" }.joined(separator: ", ")
        case .partition(let partition): partition.map { "\(PortSet($0))" } ?? "not there"
        case .refused(let refusal): "not taken: \(refusal.failure.message)"
        case .failed(let failure): failure.message
        }
    }
}

extension Site {
    func words(of store: Store) -> String { store.words }

    func words(of ufm: FabricManager) -> String {
        ufm.partitions.sorted { $0.key < $1.key }.map { "\($0.key) \(PortSet($0.value))" }.joined(separator: ", ")
    }
}

extension Store {
    fileprivate var words: String {
        guard !keys.isEmpty else { return "no keys" }
        return keys.values.sorted { $0.name < $1.name }
            .map { "\($0.name.dropFirst(Self.prefix.count)) = \($0.wish) @\($0.revision)" }
            .joined(separator: ", ")
    }
}
