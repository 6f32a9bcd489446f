import Ledger
import Logging
import Reconciler
import Settings

/// What becomes of a ledger that is elsewhere than the one that is to be used.
extension Stores {
    /// Sees to it that the ledger at a place counts: copies to it what another one holds, where somebody has named it and it
    /// is empty, and refuses one that has moved.
    func settle(_ place: LedgerPlace, besideKeysIn store: KeyStore, writing: Bool) async throws {
        let target = try open(place, writing: writing)
        let about = try await target.ledger.about().about
        if writing, ledger.place != nil, try await !target.ledger.holdsWhatCounts() {
            var others: [LedgerMove.End] = []
            for other in try await self.others(than: place, about, besideKeysIn: store) {
                if try await counts(other.ledger, about) { others.append(other) }
            }
            guard others.count < 2 else {
                throw CommandFailure(
                    "--ledger \(target.name) is empty, and \(others.map(\.name).joined(separator: " and ")) have records: move all but one out of the way"
                )
            }
            if let other = others.first, let count = try await LedgerMove(from: other, to: target).run() {
                connections.log.notice(
                    "the ledger was copied from \(other.name) to \(target.name), \(count) records; \(other.name) counts for nothing from now on"
                )
            }
        }
        let settled = try await target.ledger.about().about
        if let goal = settled.movedTo {
            throw CommandFailure("the ledger \(target.name) was moved to \(goal): say --ledger \(goal)")
        }
        if let source = settled.copiedFrom {
            throw CommandFailure(
                "the ledger \(target.name) is being copied from \(source), and not all of it is there: start the daemon with --ledger \(target.name)"
            )
        }
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
