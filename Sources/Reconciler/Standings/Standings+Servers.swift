internal import Fabric

/// What the answer of a server to a complete read leads to.
enum Sequel: Sendable {
    case nothing
    /// It is known for the first time: the work may begin.
    case begin
    /// Everything is gone through.
    case review(Review.Occasion)
    case end(Failure)
}

/// What the ledger and the fabric tell.
extension Standings {
    mutating func takeLedger(
        _ read: LedgerRead, _ result: Result<LedgerContent, Failure>, _ work: inout Work, _ out: inout Output
    ) -> Sequel {
        let before = sides.ledger.records
        switch result {
        case .success(let content):
            let resolved = sides.ledger.read(read, content, now: out.now)
            sides.revenants.read(sides.ledger.bareTombstones)
            let (known, strange) = (sides.ledger.records ?? [:], sides.ledger.strange)
            sides.fabric.inherit(known.mapValues(\.record), now: out.now) { work.mayHaveWritten($0) }
            // An earlier run ended before its list.
            if runsOnce, known.values.contains(where: \.record.isSeenGone) { clockwork.wantWitness(now: out.now) }
            // Records go only by our own releases: if others are gone, so may much else in etcd be.
            let lost = (before ?? [:]).keys.filter { known[$0] == nil && strange[$0] == nil }.sorted()
            if !lost.isEmpty { out.found(.lostRecords(Capped(lost), of: before?.count ?? 0)) }
            if !lost.isEmpty { sides.revenants.forgetAll() }
            for strange in sides.ledger.news(in: content) { out.found(.strange(strange)) }
            noteRoom(content.room, &out)
            let ours = Set(picture?.lostRecords ?? [])
            admission.forgetAll { content.records[$0] != nil || known[$0] != nil || ours.contains($0) }
            for pkey in resolved { ask(pkey, isNews: false, &work, now: out.now) }
            return before == nil ? .begin : .review(.ledgerRead)
        case .failure(let failure):
            sides.ledger.readingFailed(read)
            if before == nil, sides.beginning.ends(.ledger, after: failure, now: out.now) { return .end(failure) }
            sides.failed(.ledger, failure, now: out.now)
            return .nothing
        }
    }

    /// Whether the ledger's store has room is known.
    mutating func noteRoom(_ room: LedgerContent.Room, _ out: inout Output) {
        if sides.ledger.isNews(room) { out.found(.room(room)) }
    }

    mutating func takeFabric(_ result: Result<FabricSnapshot, Failure>, _ out: inout Output) -> Sequel {
        let isFirst = !sides.fabric.isKnown
        switch result {
        case .success(let snapshot):
            if let since = sides.fabric.listIsUsable() { out.found(.listUsable(after: out.now - since)) }
            let (duration, loss) = sides.fabric.read(snapshot, now: out.now)
            if let loss { out.found(.lackingList(loss.lacking, of: loss.seen)) }
            findRevenants(snapshot, began: out.now - duration, lacksMuch: loss != nil, &out)
            clockwork.fabricWasRead(in: duration, now: out.now)
            return isFirst ? .begin : .review(.fabricRead)
        case .failure(let failure):
            sides.fabric.readingFailed()
            if isFirst {
                if sides.beginning.ends(.fabric, after: failure, now: out.now) { return .end(failure) }
                sides.failed(.fabric, failure, now: out.now)
            } else {
                listFailed(failure, &out)
            }
            return .nothing
        }
    }

    /// A complete read may show partitions that we have deleted, since the fabric manager has gone back to an older state.
    private mutating func findRevenants(
        _ snapshot: FabricSnapshot, began: Duration, lacksMuch: Bool, _ out: inout Output
    ) {
        let tombstones = sides.ledger.bareTombstones
        guard !tombstones.isEmpty else { return }
        for pkey in sides.revenants.listed(snapshot, began: began, tombstones, lacksMuch: lacksMuch) {
            guard let there = snapshot[pkey], let kept = tombstones[pkey] else { continue }
            out.found(.back(pkey, isAsItWas: kept.tombstone.isOf(there, pkey)))
        }
    }

    /// A complete read has failed: the fabric manager may be away, or this one answer have trouble.
    private mutating func listFailed(_ failure: Failure, _ out: inout Output) {
        guard Meaning.isOpen(failure) || Meaning(of: failure, by: .fabric) == .rejection else {
            return sides.failed(.fabric, failure, now: out.now)
        }
        sides.fabric.suspectList(failure)
        clockwork.fabricCouldNotBeRead(now: out.now)
        // It was asked right before, where this read was the first after an outage.
        guard sides.fabric.outage == nil else { return takePing(.success(()), &out) }
        out.add(.pingFabric)
    }

    /// The fabric manager is at work, or is not.
    mutating func takePing(_ result: Result<Void, Failure>, _ out: inout Output) {
        switch result {
        case .failure(let failure): sides.failed(.fabric, failure, now: out.now)
        case .success:
            if let outage = sides.fabric.outage, !sides.fabric.isSuspected {
                guard sides.fabric.isBeingRead else { return readFabric(&out) }
                // That list was asked for before the return, and may hang for long: single partitions are read meanwhile.
                sides.fabric.suspectList(outage.last)
            }
            sides.fabric.returned()
            if let failure = sides.fabric.listIsUnusable(now: out.now) { out.found(.listUnusable(failure)) }
        }
    }
}
