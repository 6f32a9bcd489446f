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
        case .claim(let records, _):
            records.sorted { $0.key < $1.key }.map { "claim \($0.key) \($0.value.state) @\($0.value.revision)" }
                .joined(separator: ", ")
        case .amend(let pkey, let record): "amend \(pkey) \(record.state) @\(record.revision)"
        case .authorise(let pkey, _, let expected):
            "authorise the deletion of \(pkey) if \(expected.sorted { $0.key < $1.key }.map { "\($0.key)@\($0.value)" })"
        case .release(let pkey): "release \(pkey)"
        case .confirm(let pkey, let expected):
            "second opinion on \(pkey): \(expected.sorted { $0.key < $1.key }.map { "\($0.key)@\($0.value)" })"
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

extension Reply {
    var words: String {
        switch self {
        case .done: "done"
        case .held(let held): held ? "done" : "the conditions do not hold"
        case .keys(let store): "at \(store.revision)"
        case .records(let records):
            records.isEmpty
                ? "none"
                : records.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.state) @\($0.value.revision)" }
                    .joined(separator: ", ")
        case .fabric(let snapshot):
            snapshot.sortedPartitions.dropLast().map { "\($0.number) \(PortSet($0))" }.joined(separator: ", ")
        case .partition(let partition): partition.map { "\(PortSet($0))" } ?? "not there"
        case .refused(let refusal): "not taken: \(refusal.failure.message)"
        case .failed(let failure): failure.message
        }
    }
}

extension Site {
    func words(of store: Store) -> String {
        store.keys.isEmpty
            ? "no keys"
            : store.keys.values.sorted { $0.name < $1.name }
                .map { "\($0.name.dropFirst(Store.prefix.count)) = \($0.wish) @\($0.revision)" }
                .joined(separator: ", ")
    }

    func words(of ufm: FabricManager) -> String {
        ufm.partitions.sorted { $0.key < $1.key }.map { "\($0.key) \(PortSet($0.value))" }.joined(separator: ", ")
    }
}
