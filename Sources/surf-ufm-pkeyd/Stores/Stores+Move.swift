import Ledger
import Logging
import Reconciler
import Settings

/// What becomes of a ledger that is elsewhere than the one that is to be used.
extension Stores {
    /// Copies to the ledger at a place what another one holds, where somebody has named the place and it is empty.
    func takeOver(to place: LedgerPlace, besideKeysIn store: KeyStore) async throws {
        guard ledger.place != nil else { return }
        let target = try open(place, writing: true)
        guard try await !target.ledger.holdsWhatCounts() else { return }
        let about = try await target.ledger.about().about
        var others: [LedgerMove.End] = []
        for other in try await self.others(than: place, about, besideKeysIn: store) {
            if try await counts(other.ledger, about) { others.append(other) }
        }
        guard others.count < 2 else {
            throw CommandFailure(
                "--ledger \(target.name) is empty, and \(others.map(\.name).joined(separator: " and ")) have records: move all but one out of the way"
            )
        }
        guard let other = others.first, let count = try await LedgerMove(from: other, to: target).run() else { return }
        connections.log.notice(
            "the ledger was copied from \(other.name) to \(target.name), \(count) records; \(other.name) counts for nothing from now on"
        )
    }

    private func open(_ place: LedgerPlace, writing: Bool) throws(CommandFailure) -> LedgerMove.End {
        LedgerMove.End(
            try connections.ledger(place, fabric: ledger.fabric, records, [], writing: writing),
            connections.heartbeats(place, fabric: ledger.fabric, records), name: place.name)
    }

    /// Where else one may be: in etcd, in the file where it is kept if nobody says where, and where this one went.
    private func others(
        than place: LedgerPlace, _ about: About, besideKeysIn store: KeyStore
    ) async throws -> [LedgerMove.End] {
        var places: [LedgerPlace] = []
        if try await !isOpen(besideKeysIn: store) { places.append(.etcd) }
        places.append(.file(LedgerPlace.standardPath(.current)))
        if let goal = about.movedTo.flatMap({ try? LedgerPlace(parsing: $0) }), !places.contains(goal) {
            places.append(goal)
        }
        var ends: [LedgerMove.End] = []
        for other in places where other != place {
            if case .file(let path) = other, connections.ledgerFile(path, fabric: ledger.fabric) == nil { continue }
            ends.append(try open(other, writing: false))
        }
        return ends
    }

    /// Whether another ledger holds something that counts, or is one that a copy was broken off of.
    private func counts(_ other: any InspectableLedger, _ about: About) async throws(Failure) -> Bool {
        do throws(Failure) {
            if about.copiedFrom != nil, try await other.about().about.movedTo != nil { return true }
            return try await other.holdsWhatCounts()
        } catch  where error.cause == .permission {
            // Who may not read it there has none of his there.
            return false
        }
    }
}

extension LedgerPlace {
    /// As `--ledger` takes it.
    var name: String {
        switch self {
        case .etcd: "etcd"
        case .file(let path): "file:\(path)"
        }
    }
}
